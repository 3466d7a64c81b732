"""How PyTorch prints, promotes dtypes, and treats values that are special.

    python3 test/golden/tensor/tensor.py > test/golden/tensor/tensor.json
"""

import itertools
import json

import torch
import torch.nn.functional as F

NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.int64: "int32", torch.bool: "bool"}


def word(value):
    """A number that reads back exactly; what JSON lacks, and minus zero, as words."""
    value = float(value)
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and str(value) == "-0.0" else value


def spelt(text):
    """PyTorch's print in JavaScript's words."""
    return text.replace("True", "true").replace("False", "false").replace("torch.", "").replace(
        "requires_grad=true", "requiresGrad=true"
    )


def printed():
    nan, inf = float("nan"), float("inf")
    given = [
        1.0, -2.5, [], [[]], [[], []], [1.0], [1.0, 2.0, 3.0], [1.0, 2.5], [-1.0, 0.0], [0.0, 0.0], [1e-8, 1.0, 1e5],
        [0.00001, 0.5], [123456.0, 1.0], [1e9, 2e9], [1e9 + 0.5], [nan, 1.0], [inf, -inf, 2.5], [nan], [inf, 1e10],
        [-0.0, 1.5], [-0.0, 1.0], [0.03125, 0.09375, -0.15625], [100005.0, 1e9, 300015.0], [0.99999, 9.99999], [999.99999, 0.5],
        [[1.0, 2.0], [3.0, 4.5]], [[[1.0], [2.0]], [[3.0], [4.0]]], [1000.0, 1.0], [1001.0, 0.5], [1e-4, 1e-1], [9e-5, 1e-2],
        list(range(40)), [x / 7 for x in range(40)], [[x * 1000.0 + y for x in range(12)] for y in range(3)],
        [[[[0.5, -1.5]]]], [16777216.0, 3.0], [1e-45, 1.0], [3e38, 1.0],
    ]
    rows = []
    for data in given:
        for dtype in (torch.float32, torch.float64):
            x = torch.tensor(data, dtype=dtype)
            rows.append({"data": [word(v) for v in x.double().flatten().tolist()], "shape": list(x.shape),
                         "dtype": NAMES[dtype], "text": spelt(str(x))})
    for data in ([1, 2, 3], [[1, -20], [300, 4]], [], 7, list(range(100))):
        x = torch.tensor(data, dtype=torch.int64)
        rows.append({"data": x.flatten().tolist(), "shape": list(x.shape), "dtype": "int32",
                     "text": spelt(str(x)).replace("int64", "int32")})
    for data in ([True, False], [[True], [False]], True):
        x = torch.tensor(data)
        rows.append({"data": x.int().flatten().tolist(), "shape": list(x.shape), "dtype": "bool", "text": spelt(str(x))})
    for shape in ([1001], [1000], [30, 40], [7, 7, 30], [2, 600], [3, 2, 2, 100], [1, 1001], [5, 1, 250]):
        for scale in (1.0, 1e-6):
            x = torch.randn(shape, generator=torch.Generator().manual_seed(3)) * scale
            rows.append({"seed": 3, "scale": scale, "shape": shape, "dtype": "float32", "text": spelt(str(x))})
    return rows


def promoted():
    def example(dtype, ndim):
        return torch.ones([2] * ndim, dtype=dtype)

    rows = []
    operations = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "eq": torch.eq, "maximum": torch.maximum}
    dtypes = (torch.bool, torch.int32, torch.float32, torch.float64)
    for (name, f), a, b, m, n in itertools.product(operations.items(), dtypes, dtypes, (0, 1), (0, 1)):
        try:
            result = NAMES[f(example(a, m), example(b, n)).dtype]
        except RuntimeError:
            result = "error"
        rows.append([name, NAMES[a], m, NAMES[b], n, result])
    for (name, f), a, m, number in itertools.product(operations.items(), dtypes, (0, 1), (2, 0.5, True)):
        if name == "maximum":
            continue
        try:
            result = NAMES[f(example(a, m), number).dtype]
        except RuntimeError:
            result = "error"
        rows.append([name, NAMES[a], m, number, None, result])
    return rows


SPECIAL = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, 2.0**-149, 3e38, -3e38, 0.5, -2.5, 88.9, -88.9, 104.0]


def special():
    rows = []
    unary = {
        "abs": torch.abs, "sign": torch.sign, "neg": torch.neg, "relu": torch.relu, "exp": torch.exp, "log": torch.log,
        "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "square": torch.square, "tanh": torch.tanh,
        "sigmoid": torch.sigmoid, "softplus": F.softplus, "erf": torch.erf, "cumsum": lambda x: x.cumsum(0),
        "softmax": lambda x: x.softmax(0), "logSoftmax": lambda x: x.log_softmax(0), "logsumexp": lambda x: x.logsumexp(0),
        "argmax": torch.argmax, "argmin": torch.argmin, "max": torch.max, "min": torch.min,
        "sort": lambda x: x.sort(stable=True).values, "sum": torch.sum, "prod": torch.prod,
        "clamp": lambda x: x.clamp(-1, 1), "any": torch.any, "all": torch.all,
    }
    for (name, f), dtype in itertools.product(unary.items(), (torch.float32, torch.float64)):
        x = torch.tensor(SPECIAL, dtype=dtype)
        for part in ([0, 17], [1, 17], [2, 17], [2, 3], [3, 9]):
            y = f(x[part[0]:part[1]])
            rows.append({"op": name, "dtype": NAMES[dtype], "part": part, "data": [word(v) for v in y.double().flatten().tolist()]})
    pairs = torch.tensor(list(itertools.product(SPECIAL, SPECIAL)), dtype=torch.float64)
    binary = {"add": torch.add, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "maximum": torch.maximum,
              "minimum": torch.minimum, "eq": torch.eq, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge, "ne": torch.ne}
    for (name, f), dtype in itertools.product(binary.items(), (torch.float32, torch.float64)):
        y = f(pairs[:, 0].to(dtype), pairs[:, 1].to(dtype))
        rows.append({"op": name, "dtype": NAMES[dtype], "data": [word(v) for v in y.double().tolist()]})
    return rows


def made():
    rows = []
    for start, end, step in ((0, 5, 1), (1, 2, 0.3), (5, 0, -1.5), (0, 1, 0.1), (2, 2, 1)):
        for dtype in (torch.float32, torch.float64):
            x = torch.arange(start, end, step, dtype=dtype)
            rows.append({"made": "arange", "given": [start, end, step], "dtype": NAMES[dtype], "data": [word(v) for v in x.double().tolist()]})
    for start, end, steps in ((0, 1, 5), (-3, 7, 10), (1, 1, 3), (0, 1, 1), (0, 1, 0), (5, -5, 7)):
        for dtype in (torch.float32, torch.float64):
            x = torch.linspace(start, end, steps, dtype=dtype)
            rows.append({"made": "linspace", "given": [start, end, steps], "dtype": NAMES[dtype], "data": [word(v) for v in x.double().tolist()]})
    return rows


def lines(rows):
    return "[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n ]"


print(f'{{\n "torch": "{torch.__version__}",\n "special": {json.dumps([word(v) for v in SPECIAL])},')
print(f' "printed": {lines(printed())},\n "promoted": {lines(promoted())},\n "specialValues": {lines(special())},\n "made": {lines(made())}\n}}')
