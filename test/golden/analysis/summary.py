"""What PyTorch counts of models: shapes, parameters, and operations by its profiler, which counts two for a multiply-add.

    /usr/bin/python3 test/golden/analysis/summary.py > test/golden/analysis/summary.json
"""
import json

import torch
from torch import nn
from torch.profiler import profile

# Of these each operation of the profiler is a multiply-add twice over; sums of elements are left out.
PRODUCTS = {"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::conv2d"}


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(8, 2)

    def forward(self, x):
        return self.attend(x, x, x)[0]


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(3, 4), nn.Linear(5, 4)

    def forward(self, x, y):
        return self.left(x) + self.right(y)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.shared = nn.Linear(3, 6), nn.Linear(6, 6)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.shared(self.shared(self.first(x)).tanh()) @ self.first.weight


def frozen(model, *names):
    for name, p in model.named_parameters():
        p.requires_grad = name not in names
    return model


CASES = {
    "rows": (
        frozen(
            nn.Sequential(nn.Linear(5, 7, bias=False), nn.BatchNorm1d(7), nn.Tanh(), nn.Linear(7, 3)),
            "3.weight",
        ),
        [[6, 5]],
    ),
    "pictures": (
        nn.Sequential(
            nn.Conv2d(4, 8, 3, padding=1, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 12, (3, 2), groups=4, dilation=(1, 2), bias=False),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(72, 10),
        ),
        [[3, 4, 14, 15]],
    ),
    "attention": (Attention(), [[5, 2, 8]]),
    "two inputs": (Pair(), [[6, 3], [6, 5]]),
    "shared": (Twice(), [[4, 3]]),
}


def shape_of(output):
    return [list(x.shape) for x in (output if isinstance(output, tuple) else [output])]


def counted(model, inputs):
    with profile(with_flops=True) as profiled:
        model(*inputs)
    return sum(event.flops for event in profiled.key_averages() if event.key in PRODUCTS) // 2


def described(model, sizes):
    inputs = [torch.zeros(size) for size in sizes]
    shapes, order, names = {}, [], dict((module, name) for name, module in model.named_modules())

    def note(module, _, output):
        name = names[module]
        if name not in shapes:
            shapes[name] = shape_of(output)

    def enter(module, _):
        if names[module] not in order:
            order.append(names[module])

    for module in names:
        module.register_forward_pre_hook(enter)
        module.register_forward_hook(note)
    model(*inputs)
    own = {
        name: [p for p in module.parameters(recurse=False)] for name, module in model.named_modules()
    }
    return {
        "inputs": sizes,
        "order": order,
        "shapes": shapes,
        "parameters": {name: sum(p.numel() for p in ps) for name, ps in own.items()},
        "trained": {name: sum(p.numel() for p in ps if p.requires_grad) for name, ps in own.items()},
        "total": sum(p.numel() for p in model.parameters()),
        "multiplyAdds": counted(model, inputs),
    }


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "models": {name: described(model, sizes) for name, (model, sizes) in CASES.items()},
        },
        indent=1,
    )
)
