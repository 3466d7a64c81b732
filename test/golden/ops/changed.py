"""Whether PyTorch refuses a gradient where an input, or the output, has changed in place since it was recorded.

    npx tsx test/golden/ops/changedCases.ts | /usr/bin/python3 test/golden/ops/changed.py

For each operation a word for each set of inputs that want gradients: the first of those that can alone, and so on in
the order of binary numbers. A word has a letter for each input that is changed, and one for the output: "r" refused, "a"
accepted, "-" where nothing can be asked.
"""

import json
import pathlib
import sys
import warnings

import torch
import torch.nn.functional as F  # noqa: F401  (the cases use it)

warnings.filterwarnings("ignore")
# Labels and indices as PyTorch wants them, so that no conversion copies them.
DTYPES = {"float64": torch.float64, "int32": torch.int64, "bool": torch.bool}


def letter(f, given, wanted, changed):
    inputs = []
    for i, x in enumerate(given):
        y = torch.tensor([float(v) for v in x["data"]], dtype=torch.float64).to(DTYPES[x["dtype"]]).reshape(x["shape"])
        inputs.append(y.requires_grad_(i in wanted))
    try:
        y = f(*inputs)
    except RuntimeError:
        return "-"
    if not y.requires_grad:
        return "-"
    target = y if changed == len(inputs) else inputs[changed]
    try:
        with torch.no_grad():
            target.copy_(target.clone().flip(0) if target.dim() else target.clone())
    except RuntimeError:
        return "-"
    try:
        torch.autograd.grad(y, [inputs[i] for i in wanted], torch.ones_like(y), allow_unused=True)
    except RuntimeError as error:
        assert "inplace" in str(error), error
        return "r"
    return "a"


answers = {}
for asked in json.load(sys.stdin):
    f = eval(asked["torch"])
    given = asked["inputs"]
    able = [i for i, x in enumerate(given) if x["wantsGrad"]]
    words = []
    for mask in range(1, 2 ** len(able)):
        wanted = [i for bit, i in enumerate(able) if mask >> bit & 1]
        words.append("".join(letter(f, given, wanted, changed) for changed in range(len(given) + 1)))
    answers[asked["key"]] = " ".join(words)

lines = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in answers.items())
with open(pathlib.Path(__file__).with_suffix(".json"), "w", encoding="utf-8") as file:
    file.write(f'{{\n "torch": "{torch.__version__}",\n "answers": {{\n{lines}\n }}\n}}\n')
