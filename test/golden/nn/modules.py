"""Writes which names PyTorch gives the parameters and buffers of the modules in test/nn/zoo.ts.

    python3 test/golden/nn/modules.py > test/golden/nn/modules.json

The file was made with PyTorch 1.13.1.
"""

import json
from collections import OrderedDict

import torch
import torch.nn as nn


def module(**fields):
    made = nn.Module()
    for name, value in fields.items():
        if isinstance(value, torch.Tensor) and not isinstance(value, nn.Parameter):
            made.register_buffer(name, value)
        else:
            setattr(made, name, value)
    return made


def linear():
    return nn.Linear(3, 3)


def weight():
    return nn.Parameter(torch.ones(3))


def tied_out():
    made = module(embed=linear(), out=nn.Linear(3, 3, bias=False))
    made.out.weight = made.embed.weight
    return made


def tied_field():
    made = module(embed=linear())
    made.tied_weight = made.embed.weight
    return made


def shared_layer():
    shared = linear()
    return module(first=shared, second=nn.ModuleList([shared, linear()]))


def frozen():
    made = module(base=linear(), head=linear())
    for p in made.base.parameters():
        p.requires_grad = False
    return made


def transient():
    made = module(scale=weight())
    made.register_buffer("mean", torch.zeros(3))
    made.register_buffer("mask", torch.ones(3), persistent=False)
    return made


ZOO = {
    "parameters in an array": lambda: module(weights=nn.ParameterList([weight(), weight()])),
    "parameters in nested arrays": lambda: module(
        weights=nn.ModuleList([nn.ParameterList([weight()]), nn.ParameterList([weight(), weight()])])
    ),
    "parameters in an object": lambda: module(weights=nn.ParameterDict({"inner": weight(), "outerMost": weight()})),
    "parameters in a Map": lambda: module(weights=nn.ParameterDict(OrderedDict(b=weight(), a=weight()))),
    "modules in nested arrays": lambda: module(
        blocks=nn.ModuleList([nn.ModuleList([linear(), nn.Tanh(), nn.BatchNorm1d(3)]), nn.ModuleList([linear()])])
    ),
    "modules in an object": lambda: module(heads=nn.ModuleDict({"left": linear(), "right": nn.BatchNorm1d(3)})),
    "modules in a ModuleDict": lambda: module(
        heads=nn.ModuleDict({"leftHand": linear(), "right": nn.BatchNorm1d(3)})
    ),
    "modules in a Map": lambda: module(heads=nn.ModuleDict({"z": linear(), "1": linear()})),
    "a weight tied by a layer": tied_out,
    "a weight tied by a field": tied_field,
    "a layer that stands twice": shared_layer,
    "parameters of its own, one of no dimensions": lambda: module(
        weight=weight(), scale=nn.Parameter(torch.tensor(2.0)), bias=weight()
    ),
    "frozen": frozen,
    "running statistics by hand": lambda: module(
        weight=weight(), running_mean=torch.zeros(3), running_var=torch.ones(3)
    ),
    "an output that is kept": lambda: module(linear=linear()),
    "names with capitals": lambda: module(W1=weight(), b1=weight(), W_out=weight(), layer_norm=nn.LayerNorm(3)),
    "a buffer that is not saved": transient,
    "a Sequential with names": lambda: nn.Sequential(
        OrderedDict(bnHidden=nn.BatchNorm1d(3), hidden=linear(), inner=nn.Sequential(OrderedDict(out=linear())))
    ),
    "all in one, in another order": lambda: module(
        block=linear(), weights=nn.ParameterList([weight()]), mean=torch.zeros(3), scale=weight(), more=nn.ModuleList([linear()])
    ),
}


def names(made):
    return {
        "parameters": [name for name, _ in made.named_parameters()],
        "buffers": [name for name, _ in made.named_buffers()],
        "state": list(made.state_dict()),
    }


class Both(nn.Module):
    """Two inputs and two outputs, of which each is made from each."""

    def forward(self, x, y):
        return x * y, (x + y).tanh()


def hooks():
    """What hooks before and behind a module, and in its backward pass, see and change."""
    seen = []

    def see(_, grad_input, grad_output):
        seen.append([[g if g is None else g.tolist() for g in side] for side in (grad_input, grad_output)])

    x = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)

    both = Both()
    both.register_forward_pre_hook(lambda _, inputs: (inputs[0] * 2, inputs[1]))
    both.register_full_backward_hook(see)
    both.register_full_backward_hook(lambda _, grad_input, __: (grad_input[0] * 10, grad_input[1]))
    product, sum_ = both(x, y)
    (product.sum() + (sum_ * 3).sum()).backward()

    frozen = Both()
    frozen.register_full_backward_hook(see)
    frozen(x.detach(), y)[0].sum().backward()

    layer = nn.Linear(2, 1, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, 4.0]]))
        layer.bias.fill_(1)
    layer.register_full_backward_hook(see)
    layer(x.detach()).mul(5).backward()
    layer(x).square().backward()
    return {"seen": seen, "x": x.grad.tolist(), "y": y.grad.tolist(), "weight": layer.weight.grad.tolist()}


if __name__ == "__main__":
    zoo = {name: names(make()) for name, make in ZOO.items()}
    print(json.dumps({"torch": torch.__version__, "zoo": zoo, "hooks": hooks()}, indent=1))
