"""How PyTorch prints after its options have been set, for test/tensor/golden.test.ts.

    /usr/bin/python3 test/golden/tensor/printed.py > test/golden/tensor/printed.json
"""

import json

import torch


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
    """How PyTorch prints after its options have been set: the options of each call, one after the other, then some tensors."""
    given = [
        [1.0, 2.0, 3.0], [1.0, 2.5], [1e-8, 1.0, 1e5], [0.0, 0.0], [float("nan"), float("inf"), -1.5], [-0.125, 100.0, 0.375],
        2.5, [[1.0, 2.0], [3.0, 4.5]],
    ]
    rows = []
    for calls in [
        [{"precision": 2}], [{"precision": 0}], [{"precision": 12}], [{"sci_mode": True}], [{"sci_mode": False}],
        [{"sci_mode": True, "precision": 1}, {}], [{"precision": 2, "sci_mode": False}, {"sci_mode": True}],
        [{"threshold": 10}], [{"threshold": 5, "edgeitems": 1}], [{"threshold": 0, "edgeitems": 2}], [{"threshold": 0, "edgeitems": 1}], [{"linewidth": 30}],
        [{"linewidth": 7}], [{"profile": "short"}], [{"profile": "full"}], [{"profile": "short", "precision": 6}],
        [{"precision": 7, "threshold": 3}, {"profile": "default"}],
    ]:
        torch.set_printoptions(profile="default")
        for options in calls:
            torch.set_printoptions(**options)
        texts = [spelt(str(torch.tensor(data, dtype=torch.float32))) for data in given]
        for shape in ([12], [3, 9], [1010]):
            texts.append(spelt(str(torch.randn(shape, generator=torch.Generator().manual_seed(3)))))
        texts.append(spelt(str(torch.arange(30))))
        rows.append({"calls": calls, "texts": texts})
    torch.set_printoptions(profile="default")
    data = [[word(v) for v in torch.tensor(d).flatten().tolist()] for d in given]
    return {"given": data, "shapes": [list(torch.tensor(d).shape) for d in given], "rows": rows}


print(json.dumps({"torch": torch.__version__, **printed()}, indent=0))
