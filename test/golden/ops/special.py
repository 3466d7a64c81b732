"""PyTorch's first and second gradients where numbers are not finite, or on an edge, of operations and modules.

    npx tsx test/golden/ops/specialCases.ts | /usr/bin/python3 test/golden/ops/special.py

A case is kept as one text: the gradients at the inputs, "/", then those of their sum at the inputs and at the gradient
at the output. Numbers have six digits; N, I and -I are NaN and infinities, and v*n is v, n times. Float32's are kept
where they are not float64's.
"""

import json
import math
import pathlib
import sys
import warnings

import torch
import torch.nn.functional as F  # noqa: F401  (the cases use it)

warnings.filterwarnings("ignore")
DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}


def in_turn(values, like):
    flat = [float(values[i % len(values)]) for i in range(like.numel())]
    return torch.tensor(flat, dtype=torch.float64).to(like.dtype).reshape(like.shape)


def gradients(f, case, dtype):
    inputs = []
    for given in case["inputs"]:
        kind = dtype if given["dtype"] == "float64" else DTYPES[given["dtype"]]
        x = torch.tensor([float(v) for v in given["data"]], dtype=torch.float64).to(kind).reshape(given["shape"])
        inputs.append(x.requires_grad_(given["wantsGrad"]))
    wanted = [x for x in inputs if x.requires_grad]
    before, behind = case.get("before"), case.get("behind")
    shown = [eval(f"x.{before}") if before and x.requires_grad else x for x in inputs]
    y = f(*shown)
    if behind:
        y = eval(f"y.{behind}")
    v = in_turn(case["first"], y).requires_grad_()
    first = torch.autograd.grad(y, wanted, v, create_graph=True, allow_unused=True)
    first = [torch.zeros_like(x) if g is None else g for g, x in zip(first, wanted)]
    total = sum((g * in_turn(case["second"], g)).sum() for g in first)
    second = [None] * (len(wanted) + 1)
    if total.requires_grad:
        second = torch.autograd.grad(total, wanted + [v], allow_unused=True)
    second = [torch.zeros_like(x) if g is None else g for g, x in zip(second, wanted + [v])]
    return [flat(first), flat(second)]


def flat(tensors):
    # Added to zeros, for PyTorch has tensors of zeros that own no memory.
    return [v for x in tensors for v in (torch.zeros(x.shape, dtype=torch.float64) + x.detach()).flatten().tolist()]


def close(a, b):
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return a == b or (math.isnan(a) and math.isnan(b))
    return abs(a - b) <= 1e-5 * max(abs(b), 1e-3)


def text(values):
    def word(v):
        if math.isnan(v):
            return "N"
        if math.isinf(v):
            return "I" if v > 0 else "-I"
        return f"{v + 0.0:.6g}" if v != 0 else "0"
    words = [word(v) for v in values]
    runs = []
    for w in words:
        if runs and runs[-1][0] == w:
            runs[-1][1] += 1
        else:
            runs.append([w, 1])
    return " ".join(w if n == 1 else f"{w}*{n}" for w, n in runs)


answers = {}
for asked in json.load(sys.stdin):
    f = eval(asked["torch"])
    answers[asked["key"]] = found = {}
    for case in asked["cases"]:
        try:
            double = gradients(f, case, torch.float64)
            single = gradients(f, case, torch.float32)
        except Exception as error:
            print(asked["key"], case["title"], repr(error)[:200], file=sys.stderr)
            continue
        found[case["title"]] = " / ".join(map(text, double))
        if not all(len(a) == len(b) and all(map(close, a, b)) for a, b in zip(single, double)):
            found[case["title"] + ", float32"] = " / ".join(map(text, single))

lines = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items())
with open(pathlib.Path(__file__).with_suffix(".json"), "w", encoding="utf-8") as file:
    file.write(f'{{\n "torch": "{torch.__version__}",\n "answers": {{\n{lines}\n }}\n}}\n')
