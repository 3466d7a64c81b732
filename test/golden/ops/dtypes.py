"""What PyTorch makes of bools and whole numbers, for every row of test/ops/dtypes.table.ts.

    npx tsx test/golden/ops/dtypesCases.ts | python3 test/golden/ops/dtypes.py
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F  # noqa: F401  (the rows use it)

DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}
NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.int64: "int32", torch.bool: "bool"}


def wrapped(value):
    """The int32 of the same lowest 32 bits."""
    return (value + 2**31) % 2**32 - 2**31


def number(value):
    """A number that reads back exactly; what JSON lacks as words."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def tensor(given):
    return torch.tensor([float(v) for v in given["data"]], dtype=torch.float64).to(DTYPES[given["dtype"]]).reshape(given["shape"])


def scalar(given):
    return float(given) if isinstance(given, str) else given


def answer(case):
    b = case["b"]
    names = {"x": tensor(case["x"]), "b": tensor(b) if isinstance(b, dict) else scalar(b), "m": tensor(case["mask"])}
    try:
        y = eval(case["torch"], {"torch": torch, "F": F, **names})
    except (RuntimeError, TypeError, OverflowError, ValueError, IndexError):
        return None
    flat = y.flatten().tolist()
    return {"shape": list(y.shape), "dtype": NAMES[y.dtype],
            "data": [number(float(v)) if y.is_floating_point() else wrapped(int(v)) for v in flat]}


answers = {case["key"]: answer(case) for case in json.load(sys.stdin)}
lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in answers.items())
with open(pathlib.Path(__file__).with_suffix(".json"), "w", encoding="utf-8") as file:
    file.write(f'{{\n "torch": "{torch.__version__}",\n "answers": {{\n{lines}\n }}\n}}\n')
