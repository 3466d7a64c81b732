"""PyTorch's values and gradients for every row of test/ops/table.

    npm run golden
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F  # noqa: F401  (the rows use it)

DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}
NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.int64: "int32", torch.bool: "bool"}


def numbers(x):
    """Flat numbers that read back exactly; what JSON lacks as words."""
    def write(value):
        value = float(value)
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return int(value) if value == int(value) and abs(value) < 2**53 and not (value == 0 and str(value) == "-0.0") else value
    flat = x.detach().double().flatten().tolist()
    return [write(v) for v in flat]


def cotangent(y):
    """As in ops.table.ts."""
    weights = [((i * 37 + 11) % 23 - 11) / 8 for i in range(y.numel())]
    return torch.tensor(weights, dtype=torch.float64).to(y.dtype).reshape(y.shape)


def answer(case):
    f = eval(case["torch"])
    inputs = []
    for given in case["inputs"]:
        x = torch.tensor(given["data"], dtype=torch.float64).to(DTYPES[given["dtype"]]).reshape(given["shape"])
        x.requires_grad_(given["wantsGrad"])
        inputs.append(x)
    y = f(*inputs)
    result = {"shape": list(y.shape), "dtype": NAMES[y.dtype], "data": numbers(y)}
    wanted = [x for x in inputs if x.requires_grad]
    if wanted:
        gradients = torch.autograd.grad(y, wanted, cotangent(y), allow_unused=True)
        result["gradients"] = [numbers(torch.zeros_like(x) if g is None else g) for x, g in zip(wanted, gradients)]
    return result


answers = {case["key"]: answer(case) for case in json.load(sys.stdin)}
lines = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in answers.items())
with open(pathlib.Path(__file__).with_suffix(".json"), "w", encoding="utf-8") as file:
    file.write(f'{{\n "torch": "{torch.__version__}",\n "answers": {{\n{lines}\n }}\n}}\n')
