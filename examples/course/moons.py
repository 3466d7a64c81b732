"""Chapter 1 in PyTorch: a network that tells two moons apart.

    /usr/bin/python3 examples/course/moons.py > test/golden/course/moons.json
"""

import math

import torch
import torch.nn.functional as F

from shared.twin import by_size, generator, report

points, width, steps = by_size((40, 6, 20), (200, 10, 200))
lr = 0.5

g = generator(1)
half = points // 2
angle = torch.rand(points, generator=g).double() * math.pi
upper, lower = angle[:half], angle[half:]
clean = torch.cat([
    torch.stack([upper.cos(), upper.sin()], 1),
    torch.stack([1 - lower.cos(), 0.5 - lower.sin()], 1),
])
x = clean + torch.randn(points, 2, generator=g).double() * 0.1
side = torch.cat([torch.ones(half), -torch.ones(half)]).double()

g = generator(2)
widths = [2, width, width, 1]
parameters = []
for inputs, units in zip(widths, widths[1:]):
    parameters.append(torch.randn(units, inputs, generator=g).double() / math.sqrt(inputs))
    parameters.append(torch.zeros(units, dtype=torch.float64))
for p in parameters:
    p.requires_grad = True


def scores():
    h = x
    for i in range(0, len(parameters), 2):
        h = h @ parameters[i].t() + parameters[i + 1]
        if i < len(parameters) - 2:
            h = h.tanh()
    return h.flatten()


losses = []
for step in range(steps):
    loss = F.softplus(-scores() * side).mean()
    losses.append(loss)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, gradient in zip(parameters, gradients):
            p -= lr * gradient

with torch.no_grad():
    accuracy = (scores() * side > 0).double().mean().item()
report({"byScalars": losses, "byTensors": losses}, accuracy=accuracy)
