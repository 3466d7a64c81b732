"""Writes what PyTorch's helpers of training loops do, for test/nn/utils.test.ts to do again.

    /usr/bin/python3 test/golden/nn/training.py > test/golden/nn/training.json

Models and data are made from seeds, since random numbers are the same on both sides.
"""

import itertools
import json
import math
import sys

import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters


def numbers(x):
    return [v if math.isfinite(v) else str(v).replace("nan", "NaN").replace("inf", "Infinity") for v in x.detach().double().flatten().tolist()]


def model_and_data(dtype):
    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(3, 4, dtype=dtype), nn.Tanh(), nn.Linear(4, 2, dtype=dtype))
    return model, torch.randn(6, 3, dtype=dtype), torch.randn(6, 2, dtype=dtype)


def train(dtype, clip):
    """Ten steps of SGD with gradients that are clipped; the second layer's bias has none in every other step."""
    model, x, y = model_and_data(getattr(torch, dtype))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    norms = []
    for step in range(10):
        optimizer.zero_grad(set_to_none=True)
        ((model(x) - y) ** 2).sum().backward()
        if step % 2:
            model[2].bias.grad = None
        found = clip(model.parameters())
        norms += [] if found is None else numbers(found)
        optimizer.step()
    return {"norms": norms, "end": numbers(parameters_to_vector(model.parameters()))}


def clipping():
    for dtype in ["float32", "float64"]:
        for max_norm, norm_type in itertools.product([0.0, 0.5, 1e9], [2.0, 1.0, 3.0, 0.5, 0.0, math.inf, -math.inf]):
            case = {"dtype": dtype, "max_norm": max_norm, "norm_type": str(norm_type).replace("inf", "Infinity")}
            yield {**case, **train(dtype, lambda p: clip_grad_norm_(p, max_norm, norm_type))}
        for clip_value in [0.0, 0.3, math.inf]:
            case = {"dtype": dtype, "clip_value": str(clip_value).replace("inf", "Infinity")}
            yield {**case, **train(dtype, lambda p: clip_grad_value_(p, clip_value))}


def special():
    """Gradients that are not finite, or of two dtypes: what becomes of them."""
    for name, first, second in [
        ("NaN", [1.0, math.nan], [2.0]),
        ("infinite", [1.0, math.inf], [2.0]),
        ("zero", [0.0, 0.0], [0.0]),
        ("large", [3e38, 3e38], [3e38]),
    ]:
        for norm_type in [2.0, math.inf]:
            params = [torch.zeros(len(v), dtype=torch.float32, requires_grad=True) for v in (first, second)]
            for p, v in zip(params, (first, second)):
                p.grad = torch.tensor(v)
            total = clip_grad_norm_(params, 1.0, norm_type)
            yield {
                "name": name,
                "grads": [numbers(torch.tensor(first)), numbers(torch.tensor(second))],
                "norm_type": str(norm_type).replace("inf", "Infinity"),
                "total": numbers(total),
                "clipped": [numbers(p.grad) for p in params],
            }


class Standardised(nn.Module):
    """A layer whose weights of each output have mean 0 and variance 1, as in the paper of Qiao et al."""

    def __init__(self, layer, eps):
        super().__init__()
        self.layer, self.eps = layer, eps
        self.weight_v = nn.Parameter(layer.weight.detach().clone())

    def forward(self, x):
        dims = list(range(1, self.weight_v.dim()))
        variance, mean = torch.var_mean(self.weight_v, dims, unbiased=False, keepdim=True)
        weight = (self.weight_v - mean) / torch.sqrt(variance + self.eps)
        bias = self.layer.bias
        return nn.functional.conv2d(x, weight, bias) if weight.dim() == 4 else nn.functional.linear(x, weight, bias)


def layer_and_input(kind):
    torch.manual_seed(6)
    if kind == "Linear":
        return nn.Linear(4, 3, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    return nn.Conv2d(2, 3, 2, dtype=torch.float64), torch.randn(2, 2, 4, 4, dtype=torch.float64)


def steps(layer, parameters, x):
    """Five steps of SGD, and the output after them."""
    optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9)
    for _ in range(5):
        optimizer.zero_grad()
        (layer(x) ** 3).mean().backward()
        optimizer.step()
    return numbers(layer(x))


def weights():
    """Weights that are made of other parameters, after training."""
    for kind in ["Linear", "Conv2d"]:
        for dim in [0, 1, None]:
            layer, x = layer_and_input(kind)
            nn.utils.weight_norm(layer, dim=dim)
            end = steps(layer, layer.parameters(), x)
            state = {name: {"shape": list(v.shape), "data": numbers(v)} for name, v in layer.state_dict().items()}
            nn.utils.remove_weight_norm(layer)
            yield {"name": "weight norm", "kind": kind, "dim": dim, "end": end, "state": state, "removed": list(layer.state_dict())}
        for eps in [1e-5, 0.1]:
            layer, x = layer_and_input(kind)
            made = Standardised(layer, eps)
            end = steps(made, [layer.bias, made.weight_v], x)
            state = {"bias": layer.bias, "weight_v": made.weight_v}
            state = {name: {"shape": list(v.shape), "data": numbers(v)} for name, v in state.items()}
            yield {"name": "weight standardisation", "kind": kind, "eps": eps, "end": end, "state": state}


golden = {"torch": torch.__version__}
for part in [clipping, special, weights]:
    golden[part.__name__] = list(part())
text = json.dumps(golden, separators=(",", ":"))
for start in ['{"dtype":', '{"name":']:
    text = text.replace(start, "\n" + start)
sys.stdout.write(text + "\n")
