"""Writes what PyTorch's modules and losses give, for test/nn/golden.test.ts to compute again.

    python3 test/golden/nn/nn.py [nn.json]

Inputs are not kept: both sides draw them from seeds. The file was made with PyTorch 1.13.1 on x86-64; 2.13 gives the
same up to the last digits.
"""

import hashlib
import itertools
import json
import math
import pathlib
import sys
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

DTYPES = {"float32": torch.float32, "float64": torch.float64}
LABELS = {0: 2, 1: [2, 0, 1, 0], 2: [[2, 0], [1, 1], [0, 2], [2, 2]]}
SCORES = {0: [3], 1: [4, 3], 2: [4, 3, 2]}


def randn(shape, seed, dtype, scale=1.0, shift=0.0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=DTYPES[dtype]) * scale + shift


def leaf(x):
    return x.detach().clone().requires_grad_()


def number(x, dtype):
    if not math.isfinite(x):
        return str(x).replace("nan", "NaN").replace("inf", "Infinity")
    return float("%.9g" % x) if dtype == torch.float32 else x


def values(**tensors):
    given = {name: x for name, x in tensors.items() if x is not None}
    return {name: [number(v, x.dtype) for v in x.detach().flatten().tolist()] for name, x in given.items()}


def bits(x):
    data = x.detach().contiguous().numpy().tobytes()
    return data.hex() if len(data) <= 128 else "sha256:" + hashlib.sha256(data).hexdigest()


def product(**options):
    return [dict(zip(options, chosen)) for chosen in itertools.product(*options.values())]


def cotangent(y, dtype):
    return randn(list(y.shape), 90, dtype) if y.dim() > 0 else torch.ones([], dtype=DTYPES[dtype])


def batch_norm():
    tracking = product(momentum=[0.1, None, 0.0, 1.0], track=[True]) + product(momentum=[0.1], track=[False])
    for base, case in itertools.product(
        tracking, product(eps=[1e-5, 0.1, 1e-12], affine=[True, False], shape=[[5, 3], [4, 3, 2]], dtype=[*DTYPES])
    ):
        case = {**base, **case}
        dtype, shape = case["dtype"], case["shape"]
        bn = nn.BatchNorm1d(
            3, case["eps"], case["momentum"], case["affine"], case["track"], dtype=DTYPES[dtype]
        )
        if case["affine"]:
            with torch.no_grad():
                bn.weight.copy_(randn([3], 1, dtype))
                bn.bias.copy_(randn([3], 2, dtype))
        for seed in [10, 11]:
            bn(randn(shape, seed, dtype, 2, 1))
        results = {}
        for mode, seed in [("train", 12), ("eval", 13)]:
            bn.train(mode == "train").zero_grad()
            x = leaf(randn(shape, seed, dtype, 2, 1))
            y = bn(x)
            y.backward(cotangent(y, dtype))
            results[mode] = values(y=y, dx=x.grad, **{f"d{k}": p.grad for k, p in bn.named_parameters()})
            if mode == "train" and case["track"]:
                results[mode] |= values(runningMean=bn.running_mean, runningVar=bn.running_var)
                results["tracked"] = bn.num_batches_tracked.item()
        yield {**case, **results}


def cross_entropy():
    for case in product(
        probabilities=[False, True], dims=[0, 1, 2], weighted=[False, True], ignoreIndex=[-100, 0],
        reduction=["mean", "sum", "none"], labelSmoothing=[0.0, 0.1, 1.0], dtype=[*DTYPES],
    ):
        if case["probabilities"] and case["ignoreIndex"] == 0:
            continue
        dtype, shape = case["dtype"], SCORES[case["dims"]]
        x = leaf(randn(shape, 40, dtype, 2))
        target = torch.tensor(LABELS[case["dims"]])
        if case["probabilities"]:
            target = leaf(randn(shape, 41, dtype).softmax(0 if len(shape) == 1 else 1))
        weight = torch.tensor([0.2, 1, 3], dtype=DTYPES[dtype]) if case["weighted"] else None
        y = F.cross_entropy(
            x, target, weight, ignore_index=case["ignoreIndex"], reduction=case["reduction"],
            label_smoothing=case["labelSmoothing"],
        )
        y.backward(cotangent(y, dtype))
        yield {**case, **values(y=y, dx=x.grad, dtarget=target.grad if case["probabilities"] else None)}


def nll():
    for case in product(
        dims=[0, 1, 2], weighted=[False, True], ignoreIndex=[-100, 0], reduction=["mean", "sum", "none"], dtype=[*DTYPES]
    ):
        dtype, shape = case["dtype"], SCORES[case["dims"]]
        x = leaf(randn(shape, 42, dtype).log_softmax(0 if len(shape) == 1 else 1))
        weight = torch.tensor([0.2, 1, 3], dtype=DTYPES[dtype]) if case["weighted"] else None
        target = torch.tensor(LABELS[case["dims"]])
        y = F.nll_loss(x, target, weight, ignore_index=case["ignoreIndex"], reduction=case["reduction"])
        y.backward(cotangent(y, dtype))
        yield {**case, **values(y=y, dx=x.grad)}


def mse():
    for case in product(shape=[[], [5], [3, 4]], reduction=["mean", "sum", "none"], dtype=[*DTYPES]):
        x, target = [leaf(randn(case["shape"], seed, case["dtype"])) for seed in [43, 44]]
        y = F.mse_loss(x, target, reduction=case["reduction"])
        y.backward(cotangent(y, case["dtype"]))
        yield {**case, **values(y=y, dx=x.grad, dtarget=target.grad)}


def layer_norm():
    shapes = [([4, 3], [3]), ([2, 4, 3], [4, 3]), ([2, 4, 3], [3]), ([3], [3])]
    for (shape, over), case in itertools.product(shapes, product(affine=[True, False], eps=[1e-5, 0.1], dtype=[*DTYPES])):
        dtype = case["dtype"]
        x = leaf(randn(shape, 50, dtype, 2, 1))
        weight, bias = [leaf(randn(over, seed, dtype)) if case["affine"] else None for seed in [51, 52]]
        y = F.layer_norm(x, over, weight, bias, case["eps"])
        y.backward(cotangent(y, dtype))
        grads = {"dx": x.grad, **({"dweight": weight.grad, "dbias": bias.grad} if case["affine"] else {})}
        yield {"shape": shape, "over": over, **case, **values(y=y, **grads)}


def embedding():
    norms = [(None, 2.0), (1.0, 2.0), (1.0, 1.0), (0.5, math.inf), (1.0, 3.0)]
    for (max_norm, norm_type), case in itertools.product(
        norms, product(paddingIdx=[None, 2, -1], scaleGradByFreq=[False, True], dtype=[*DTYPES])
    ):
        weight = leaf(randn([6, 3], 60, case["dtype"]))
        i = torch.tensor([[0, 2, 2], [5, 1, 2], [0, 5, 4]])
        y = F.embedding(i, weight, case["paddingIdx"], max_norm, norm_type, case["scaleGradByFreq"])
        y.backward(cotangent(y, case["dtype"]))
        norm = {"maxNorm": max_norm, "normType": "Infinity" if norm_type == math.inf else norm_type}
        after = values(weight=weight) if max_norm is not None else {}
        yield {**norm, **case, **values(y=y, dweight=weight.grad), **after}


def dropout():
    for case in product(p=[0.0, 0.1, 0.5, 0.9, 1.0], shape=[[7], [3, 5], [40]], seed=[0, 1234], dtype=[*DTYPES]):
        torch.manual_seed(case["seed"])
        y = F.dropout(randn(case["shape"], 70, case["dtype"]), case["p"])
        yield {**case, **values(y=y), "next": bits(torch.rand(2))}


INITS = {
    "uniform_": ({}, {"a": -0.3, "b": 0.7}),
    "normal_": ({}, {"mean": 0.5, "std": 0.02}),
    "xavier_uniform_": ({}, {"gain": 5 / 3}),
    "xavier_normal_": ({}, {"gain": 5 / 3}),
    "kaiming_uniform_": ({}, {"a": math.sqrt(5)}, {"mode": "fan_out", "nonlinearity": "relu"}, {"nonlinearity": "tanh"}),
    "kaiming_normal_": ({}, {"a": 0.3}, {"mode": "fan_out", "nonlinearity": "selu"}, {"nonlinearity": "sigmoid"}),
}


def inits():
    for name, choices in INITS.items():
        for options, shape, seed, dtype in itertools.product(choices, [[4, 4], [3, 2], [30, 20], [4, 3, 5]], [0, 7], DTYPES):
            if "normal" in name and dtype == "float64" and shape == [3, 2]:
                continue  # few float64 normals differ in the last bit between versions of PyTorch
            torch.manual_seed(seed)
            x = getattr(nn.init, name)(torch.empty(shape, dtype=DTYPES[dtype]), **options)
            yield {"name": name, "options": options, "shape": shape, "seed": seed, "dtype": dtype, "bits": bits(x)}


def orthogonal():
    for shape, gain, dtype in itertools.product([[3, 2], [2, 3], [4, 4], [2, 3, 4], [9, 5]], [1, 1.5], DTYPES):
        torch.manual_seed(3)
        x = nn.init.orthogonal_(torch.empty(shape, dtype=DTYPES[dtype]), gain)
        yield {"shape": shape, "gain": gain, "dtype": dtype, **values(x=x)}


TRUNCATED = [
    {},
    {"mean": 0.5, "std": 0.02, "a": 0.48, "b": 0.53},
    {"mean": -1.0, "std": 3.0, "a": 0.0, "b": 2.0},
    {"std": 0.02},
    {"a": 2.5, "b": 3.5},
    {"mean": 2.0, "std": 0.5, "a": -1.0, "b": 2.5},
]


def truncated():
    for options, shape, dtype in itertools.product(TRUNCATED, [[4, 4], [3, 2], [7, 3, 5]], DTYPES):
        torch.manual_seed(3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            x = nn.init.trunc_normal_(torch.empty(shape, dtype=DTYPES[dtype]), **options)
        yield {"options": options, "shape": shape, "dtype": dtype, **values(x=x), "next": bits(torch.rand(2))}


def gains():
    names = ["linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]
    for name, param in [*[(n, None) for n in names + ["sigmoid", "tanh", "relu", "leaky_relu", "selu"]], ("leaky_relu", 0.2)]:
        yield {"name": name, "param": param, "gain": nn.init.calculate_gain(name, param)}


MODULES = [
    ["Linear", 3, 2, {}],
    ["Embedding", 5, 3, {}],
    ["Linear", 30, 20, {}],
    ["Linear", 4, 4, {"bias": False}],
    ["Embedding", 27, 10, {"padding_idx": 0}],
    ["BatchNorm1d", 3, None, {}],
    ["Linear", 7, 2, {"dtype": "float64"}],
    ["Embedding", 4, 5, {"dtype": "float64", "padding_idx": -1}],
    ["Linear", 1, 5, {}],
    ["Linear", 200, 100, {}],
    ["Embedding", 3, 3, {}],
    ["Linear", 0, 2, {}],
    ["Linear", 784, 3, {}],
]


def initial():
    import warnings

    warnings.simplefilter("ignore")  # no elements to initialise
    for seed in [0, 42, 2147483647]:
        torch.manual_seed(seed)
        parameters = []
        for name, a, b, options in MODULES:
            kwargs = {**options, **({"dtype": DTYPES[options["dtype"]]} if "dtype" in options else {})}
            module = getattr(nn, name)(*[size for size in [a, b] if size is not None], **kwargs)
            parameters += [bits(p) for p in module.parameters()]
        yield {"seed": seed, "modules": MODULES, "bits": parameters, "next": bits(torch.randn(3))}


def hessians():
    """All second derivatives of the loss of a small network, by its parameters and inputs."""
    for mode, smoothing in itertools.product(["train", "eval"], [0.0, 0.1]):
        net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Tanh(), nn.Linear(2, 3)).double()
        net.train(mode == "train")
        with torch.no_grad():
            for seed, p in enumerate(net.parameters()):
                p.copy_(randn(list(p.shape), 80 + seed, "float64"))
            net[1].running_mean.copy_(torch.tensor([0.3, -0.2]))
            net[1].running_var.copy_(torch.tensor([0.7, 1.9]))
        x = leaf(randn([5, 2], 79, "float64"))
        weight = torch.tensor([0.2, 1, 3], dtype=torch.float64)
        loss = F.cross_entropy(net(x), torch.tensor([0, 2, 1, 1, 0]), weight, label_smoothing=smoothing)
        inputs = [*net.parameters(), x]
        gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, inputs, create_graph=True)])
        rows = [torch.cat([h.flatten() for h in torch.autograd.grad(g, inputs, retain_graph=True)]) for g in gradient]
        yield {"mode": mode, "labelSmoothing": smoothing, **values(loss=loss, gradient=gradient, hessian=torch.stack(rows))}


golden = {
    "torch": torch.__version__,
    "batchNorm": batch_norm(),
    "crossEntropy": cross_entropy(),
    "nllLoss": nll(),
    "mseLoss": mse(),
    "layerNorm": layer_norm(),
    "embedding": embedding(),
    "dropout": dropout(),
    "inits": inits(),
    "orthogonal": orthogonal(),
    "truncated": truncated(),
    "gains": gains(),
    "initial": initial(),
    "hessians": hessians(),
}
golden = {name: part if isinstance(part, str) else list(part) for name, part in golden.items()}
path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "nn.json")
text = json.dumps(golden, separators=(",", ":")).replace('"},{', '"},\n{').replace("]},{", "]},\n{")
path.write_text(text.replace(":[{", ":[\n{") + "\n")
