"""What PyTorch's layers of pictures and sequences, and their kin, give, for test/nn/layersGolden.test.ts to compute again.

    /usr/bin/python3 test/golden/nn/layers.py

Each case is a class, its arguments, its options, the shapes of its inputs and what they are sent through; both sides draw
parameters and inputs from seeds. Parameters are kept as bits. A layer is run twice while training and once in evaluation.
"""

import hashlib
import itertools
import json
import pathlib
import re

import torch
import torch.nn as nn

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def product(**options):
    return [dict(zip(options, chosen)) for chosen in itertools.product(*options.values())]


def cases():
    for options in product(stride=[1, 2], padding=[0, 2], dilation=[1, 2], groups=[1, 2]):
        options["bias"] = options["stride"] + options["groups"] != 3
        yield "Conv1d", [2, 4, 3], options, [[2, 2, 7]]
        yield "Conv2d", [2, 4, 3], options, [[2, 2, 5, 6]]
    for padding in ["same", "valid"]:
        yield "Conv1d", [4, 4, 5], {"padding": padding, "dilation": 3, "groups": 4}, [[1, 4, 14]]
        yield "Conv2d", [1, 3, [3, 5]], {"padding": padding, "dilation": [2, 1]}, [[2, 1, 6, 5]]
    yield "Conv2d", [3, 5, [2, 3]], {"stride": [2, 1], "padding": [0, 2], "dilation": [1, 2]}, [[3, 4, 5]]
    yield "Conv1d", [3, 5, 4], {"stride": 3}, [[3, 10]]
    yield "Conv2d", [9, 16, 3], {"padding": 1}, [[2, 9, 6, 5]]
    yield "Conv2d", [16, 8, 1], {}, [[2, 16, 4, 4]]
    yield "Conv2d", [40, 2, 3], {}, [[1, 40, 4, 5]]
    for mode in ["reflect", "replicate", "circular"]:
        yield "Conv1d", [2, 3, 3], {"padding": 2, "paddingMode": mode}, [[2, 2, 5]]
        yield "Conv2d", [2, 3, [3, 2]], {"padding": [2, 1], "paddingMode": mode}, [[1, 2, 4, 3]]
        yield "Conv2d", [1, 2, [2, 3]], {"padding": "same", "dilation": [1, 2], "paddingMode": mode}, [[2, 1, 5, 5]]
    for options in product(momentum=[0.1, None], affine=[True, False], trackRunningStats=[True, False]):
        yield "BatchNorm2d", [3], {**options, "eps": 1e-3}, [[2, 3, 2, 4]]
        yield "BatchNorm3d", [2], options, [[2, 2, 2, 1, 3]]
    yield "BatchNorm2d", [6], {}, [[3, 6, 5, 7]]
    for options in product(eps=[1e-5, 0.1], affine=[True, False]):
        yield "GroupNorm", [2, 4], options, [[3, 4, 2, 3]]
    yield "GroupNorm", [1, 3], {}, [[2, 3]]
    yield "GroupNorm", [6, 6], {}, [[2, 6, 50]]
    for options in product(affine=[True, False], trackRunningStats=[True, False], momentum=[0.1, 1.0]):
        yield "InstanceNorm1d", [3], options, [[2, 3, 5]]
        yield "InstanceNorm2d", [2], {**options, "eps": 0.1}, [[3, 2, 2, 3]]
    yield "InstanceNorm1d", [3], {}, [[3, 4]]
    yield "InstanceNorm2d", [3], {"affine": True}, [[3, 2, 4]]
    for options in product(momentum=[0.1, None], affine=[True, False], trackRunningStats=[True, False]):
        yield "GhostBatchNorm1d", [3, 3], options, [[6, 3]]
    yield "GhostBatchNorm1d", [2, 3], {"eps": 0.1}, [[6, 2, 4]]
    yield "GhostBatchNorm1d", [2, 8], {}, [[6, 2]]
    yield "RMSNorm", [3], {}, [[4, 3]]
    yield "RMSNorm", [[2, 3]], {"eps": 0.1}, [[4, 2, 3]]
    yield "RMSNorm", [5], {"elementwiseAffine": False}, [[2, 2, 5]]
    for options in product(dilation=[1, 2], padding=[0, [1, 2]], stride=[1, [2, 1]]):
        yield "Unfold", [[2, 3]], options, [[2, 2, 4, 6]]
    yield "Unfold", [2], {}, [[3, 3, 2]]
    yield "Fold", [[4, 6], [2, 3]], {"padding": [1, 0], "stride": [2, 1]}, [[2, 12, 12]]
    yield "Fold", [3, 2], {}, [[8, 4]]
    for options in product(stride=[1, [2, 3]], padding=[0, 1], dilation=[1, [2, 1]], ceilMode=[False, True]):
        yield "MaxPool2d", [[3, 2]], options, [[2, 2, 7, 6]]
    yield "MaxPool2d", [2], {}, [[3, 5, 4]]
    yield "MaxPool1d", [3], {"stride": 2, "padding": 1, "ceilMode": True}, [[2, 3, 8]]
    yield "MaxPool1d", [2], {"dilation": 2}, [[3, 9]]
    for options in product(stride=[1, [2, 3]], padding=[0, 1], ceilMode=[False, True], countIncludePad=[True, False]):
        yield "AvgPool2d", [[3, 2]], options, [[2, 2, 7, 6]]
    yield "AvgPool2d", [2], {"divisorOverride": 5, "padding": 1}, [[3, 5, 4]]
    yield "AvgPool1d", [3], {"stride": 2, "padding": 1, "ceilMode": True}, [[2, 3, 8]]
    yield "AvgPool1d", [2], {}, [[3, 9]]
    for size in [1, 3, [2, 4], [None, 3], [7, 1]]:
        yield "AdaptiveAvgPool2d", [size], {}, [[2, 2, 5, 7]]
    yield "AdaptiveAvgPool1d", [4], {}, [[2, 3, 7]]
    yield "AdaptiveAvgPool1d", [9], {}, [[3, 7]]
    for name, options in [("SiLU", {}), ("Softplus", {"beta": 2.0, "threshold": 3.0}), ("ELU", {"alpha": 0.5}),
                          ("LeakyReLU", {"negativeSlope": 0.2}), ("Hardtanh", {"minVal": -0.5, "maxVal": 2.0})]:
        yield name, [], {}, [[2, 7]]
        yield name, [], options, [[2, 7]] if options else [[0, 3]]
    yield "Softmax", [1], {}, [[2, 3, 2]]
    yield "LogSoftmax", [-1], {}, [[2, 3]]
    for p in [0.0, 0.3, 0.5, 1.0]:
        yield "Dropout1d", [p], {}, [[3, 4, 2]]
        yield "Dropout2d", [p], {}, [[3, 5, 2, 2]]
    yield "Dropout1d", [0.5], {}, [[7, 3]]
    pair = [[2, 3], [2, 3]]
    for reduction in ["mean", "sum", "none"]:
        yield "L1Loss", [], {"reduction": reduction}, pair
        for size in [0.5, 1.0]:
            yield "SmoothL1Loss", [], {"reduction": reduction, "beta": size}, pair
            yield "HuberLoss", [], {"reduction": reduction, "delta": size}, pair
        for weights in product(weight=[None, [0.5, 1.0, 2.0], [[0.25], [2.0]]]):
            yield "BCELoss", [], {"reduction": reduction, **weights}, pair, ["sigmoid", "sigmoid"]
        for weights in product(weight=[None, [[2.0, 0.5, 0.0]]], posWeight=[None, [2.0], [0.5, 1.0, 3.0]]):
            yield "BCEWithLogitsLoss", [], {"reduction": reduction, **weights}, pair, ["", "sigmoid"]
    for reduction in ["mean", "sum", "none", "batchmean"]:
        yield "KLDivLoss", [], {"reduction": reduction}, pair, ["", "sigmoid"]
        yield "KLDivLoss", [], {"reduction": reduction, "logTarget": True}, pair
    yield "SmoothL1Loss", [], {"beta": 0.0}, pair
    yield "L1Loss", [], {}, [[], []]
    yield "KLDivLoss", [], {"reduction": "batchmean", "logTarget": True}, [[], []]
    yield "HuberLoss", [], {}, [[0], [0]]
    three, first = [[3, 2, 4], [5, 2, 4], [5, 2, 4]], {"batchFirst": True}
    later = [[False, True, True, False, True], [False, False, True, True, False], [False] * 5]
    added = [[0.5, -1.0, 0.0, 2.0, 1.0], [0.0, 0.25, 0.5, 0.0, -2.0], [1.0, 0.0, 0.0, 0.0, 3.0]]
    padded = [[False, False, False, False, True], [False, False, False, True, True]]
    each = [[[(i + j + k) % 3 == 2 for k in range(5)] for j in range(3)] for i in range(4)]
    def attention(args, options, shapes, **forward):
        return "MultiheadAttention", args, options, shapes, [""] * len(shapes), forward
    yield attention([4, 2], {}, three)
    yield attention([4, 1], {"bias": False}, three, averageAttnWeights=False)
    yield attention([4, 4], first, [[2, 3, 4], [2, 5, 4], [2, 5, 4]], needWeights=False)
    yield attention([4, 2], {**first, "kdim": 3, "vdim": 5}, [[2, 3, 4], [2, 5, 3], [2, 5, 5]])
    yield attention([4, 2], {"vdim": 3, "bias": False}, [[3, 2, 4], [5, 2, 4], [5, 2, 3]], attnMask=added)
    yield attention([4, 2], {"addBiasKv": True}, three, attnMask=later, keyPaddingMask=padded)
    yield attention([4, 2], {"addZeroAttn": True}, three, attnMask=each, averageAttnWeights=False)
    yield attention([6, 3], {**first, "addBiasKv": True, "addZeroAttn": True}, [[1, 3, 6], [1, 5, 6], [1, 5, 6]], attnMask=added)
    yield attention([4, 2], {"dropout": 0.4}, three)
    yield attention([4, 2], {"dropout": 0.4, **first}, [[2, 3, 4], [2, 5, 4], [2, 5, 4]], averageAttnWeights=False)
    yield attention([4, 2], first, [[3, 4], [5, 4], [5, 4]], attnMask=later, keyPaddingMask=padded[0])
    yield attention([4, 2], {}, [[3, 4], [5, 4], [5, 4]], averageAttnWeights=False)
    yield attention([40, 8], first, [[2, 33, 40], [2, 17, 40], [2, 17, 40]], needWeights=False)
    yield "Unflatten", [1, [2, 3]], {}, [[2, 6, 2]]
    yield "Unflatten", [-1, [2, 1, 2]], {}, [[3, 4]]


class RMSNorm(nn.Module):
    """That of PyTorch 2.4, from its documentation."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        dims = [-1 - d for d in range(len(self.shape))]
        y = x / torch.sqrt(x.square().mean(dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight


class GhostBatchNorm1d(nn.BatchNorm1d):
    """Each ghost batch in turn, as a batch of PyTorch's batch norm."""

    def __init__(self, num_features, ghost_batch_size, **options):
        super().__init__(num_features, **options)
        self.ghost_batch_size = ghost_batch_size

    def forward(self, x):
        if not self.training and self.track_running_stats:
            return super().forward(x)
        return torch.cat([super(GhostBatchNorm1d, self).forward(part) for part in x.split(self.ghost_batch_size)])


OWN = {"RMSNorm": RMSNorm, "GhostBatchNorm1d": GhostBatchNorm1d}


def snake(name):
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


def tuples(value):
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def randn(shape, seed, dtype, scale=1.0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=DTYPES[dtype]) * scale


def numbers(x):
    """To nine digits of float32 and fifteen of float64, and the word where JSON has no number."""
    def write(value):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value).replace("nan", "NaN").replace("inf", "Infinity")
        return float(("%.9g" if x.dtype == torch.float32 else "%.15g") % value)
    return [write(v) for v in x.detach().flatten().tolist()]


def bits(x):
    data = x.detach().contiguous().numpy().tobytes()
    return data.hex() if len(data) <= 128 else "sha256:" + hashlib.sha256(data).hexdigest()


def given_option(key, value, dtype):
    if isinstance(value, list) and "Mask" in key:
        mask = torch.tensor(value)
        return mask if mask.dtype == torch.bool else mask.to(DTYPES[dtype])
    return torch.tensor(value, dtype=DTYPES[dtype]) if isinstance(value, list) and "eight" in key else tuples(value)


def answer(name, args, options, shapes, through, forward, dtype):
    torch.manual_seed(5)
    told = {snake(key): given_option(key, value, dtype) for key, value in forward.items()}

    def outputs(*inputs):
        y = layer(*inputs, **told)
        return y if isinstance(y, tuple) else (y, None)

    given = {snake(key): given_option(key, value, dtype) for key, value in options.items()}
    layer = (OWN.get(name) or getattr(nn, name))(*map(tuples, args), **given)
    made = [bits(p) for p in layer.parameters()]
    layer.to(DTYPES[dtype])
    def shown(xs):
        return [getattr(x, way)() if way else x for x, way in zip(xs, through)]

    inputs = [x.requires_grad_() for x in shown(randn(shape, 10 + i, dtype, 2) for i, shape in enumerate(shapes))]
    torch.manual_seed(6)
    y, weights = outputs(*inputs)
    y.backward(randn(list(y.shape), 90, dtype))
    result = {"y": y, **({} if weights is None else {"weights": weights}), **{f"dx{i}": x.grad for i, x in enumerate(inputs)}}
    result |= {f"d {key}": p.grad for key, p in layer.named_parameters()}
    outputs(*shown(randn(shape, 20 + i, dtype) + 1 for i, shape in enumerate(shapes)))
    result |= {f"buffer {key}": x for key, x in layer.named_buffers() if x.is_floating_point()}
    layer.eval()
    result["evaluated"] = outputs(*inputs)[0]
    return {"shape": list(y.shape), "made": made, "values": {key: numbers(x) for key, x in result.items()}}


def main():
    torch.set_num_threads(1)
    lines = []
    for name, args, options, shapes, *rest in cases():
        through, forward = [*rest, *[[""] * len(shapes), {}][len(rest):]]
        for dtype in DTYPES:
            case = {"module": name, "args": args, "options": options, "inputs": shapes, "dtype": dtype}
            case |= {"through": through} if any(through) else {}
            case |= {"forward": forward} if forward else {}
            lines.append(json.dumps({**case, **answer(name, args, options, shapes, through, forward, dtype)}, separators=(",", ":")))
    body = ",\n".join(lines)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(f'{{\n"torch": "{torch.__version__}",\n"cases": [\n{body}\n]\n}}\n', encoding="utf-8")


main()
