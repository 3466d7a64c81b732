"""PyTorch, with as many threads as its argument says: the same protocol as serve.ts, the same workloads as evenkeel.ts, line by line."""

import ctypes
import json
import math
import os
import random
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(int(sys.argv[1]))

WARM_UP = 0.5  # seconds
WARM_UP_OF_OPERATIONS = 0.06  # seconds of the processor


def make_network(workload):
    sizes, batch = workload["sizes"], workload["batch"]
    torch.manual_seed(1)
    layers = []
    for before, width in zip(sizes, sizes[1:-1]):
        layers += [nn.Linear(before, width, bias=False), nn.BatchNorm1d(width)]
        if workload.get("activation", "tanh") == "tanh":
            layers.append(nn.Tanh())
    model = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))
    x = torch.randn(batch, sizes[0])
    labels = torch.randint(0, sizes[-1], (batch,))
    return model, lambda: F.cross_entropy(model(x), labels)


def train(workload):
    model, loss = make_network(workload)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return step


def handwritten(workload):
    g = torch.Generator().manual_seed(1)
    characters, context, hidden = workload["characters"], workload["context"], workload["hidden"]
    examples, batch, width = workload["examples"], workload["batch"], context * workload["embedding"]
    X = torch.randint(0, characters, (examples, context), generator=g)
    Y = torch.randint(0, characters, (examples,), generator=g)
    C = torch.randn((characters, workload["embedding"]), generator=g)
    W1 = torch.randn((width, hidden), generator=g) * (5 / 3) / math.sqrt(width)
    W2 = torch.randn((hidden, characters), generator=g) * 0.01
    b2 = torch.randn(characters, generator=g) * 0
    bngain = torch.ones((1, hidden))
    bnbias = torch.zeros((1, hidden))
    running = {"mean": torch.zeros((1, hidden)), "std": torch.ones((1, hidden))}
    parameters = [C, W1, W2, b2, bngain, bnbias]
    for p in parameters:
        p.requires_grad = True

    def step():
        ix = torch.randint(0, examples, (batch,), generator=g)
        Xb, Yb = X[ix], Y[ix]
        embcat = C[Xb].view(batch, width)
        hpreact = embcat @ W1
        bnmeani = hpreact.mean(0, keepdim=True)
        bnstdi = hpreact.std(0, keepdim=True)
        hpreact = bngain * (hpreact - bnmeani) / bnstdi + bnbias
        with torch.no_grad():
            running["mean"] = 0.999 * running["mean"] + 0.001 * bnmeani
            running["std"] = 0.999 * running["std"] + 0.001 * bnstdi
        h = torch.tanh(hpreact)
        logits = h @ W2 + b2
        loss = F.cross_entropy(logits, Yb)

        for p in parameters:
            p.grad = None
        loss.backward()
        for p in parameters:
            p.data += -0.1 * p.grad

    return step


def trained(model, x, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return step


def images(workload):
    side, channels, classes, batch = (workload[name] for name in ("side", "channels", "classes", "batch"))
    layers = []
    for before, after in zip(channels, channels[1:]):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    places = (side >> (len(channels) - 1)) ** 2
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * places, classes))
    return trained(model, torch.randn(batch, channels[0], side, side), torch.randint(0, classes, (batch,)))


class Block(nn.Module):
    def __init__(self, width, heads, window):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.thinking = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.register_buffer("ahead", torch.ones(window, window).triu(1) > 0, persistent=False)

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y, attn_mask=self.ahead, need_weights=False)[0]
        return x + self.thinking(self.norm2(x))


class LanguageModel(nn.Module):
    def __init__(self, characters, window, width, heads, blocks):
        super().__init__()
        self.letters, self.places = nn.Embedding(characters, width), nn.Embedding(window, width)
        self.blocks = nn.Sequential(*(Block(width, heads, window) for _ in range(blocks)))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, characters)

    def forward(self, codes):
        x = self.letters(codes) + self.places.weight
        return self.out(self.norm(self.blocks(x))).flatten(0, 1)


def language(workload):
    names = ("characters", "window", "width", "heads", "blocks")
    model = LanguageModel(*(workload[name] for name in names))
    codes, following = (
        torch.randint(0, workload["characters"], (workload["batch"], workload["window"])) for _ in range(2)
    )
    return trained(model, codes, following.flatten())


def matmul(workload):
    a, b = (torch.randn(workload["size"], workload["size"]) for _ in range(2))
    return lambda: a @ b


def hvp(workload):
    model, loss = make_network(workload)
    parameters = list(model.parameters())
    directions = [torch.randn_like(p) for p in parameters]

    def step():
        gradients = torch.autograd.grad(loss(), parameters, create_graph=True)
        along = sum((g * d).sum() for g, d in zip(gradients, directions))
        torch.autograd.grad(along, parameters)

    return step


def surface(workload):
    model, loss = make_network(workload)
    parameters = list(model.parameters())
    start = [p.detach().clone() for p in parameters]
    first, second = ([torch.randn_like(p) for p in parameters] for _ in range(2))

    def step():
        a, b = random.random() - 0.5, random.random() - 0.5
        with torch.no_grad():
            for p, s, d1, d2 in zip(parameters, start, first, second):
                p.copy_(s + a * d1 + b * d2)
            loss().item()

    return step


def draw(given):
    """As in ops.table.ts, of other random numbers."""
    shape, low, high = given["shape"], given["min"], given["max"]
    if given["kind"] == "int":
        return torch.randint(low, max(high, low + 1), shape)
    if given["kind"] == "mask":
        return torch.rand(shape) < 0.5
    if given["kind"] != "distinct":
        return torch.rand(shape) * (high - low) + low
    size = math.prod(shape)
    places = torch.randperm(size).float().reshape(shape)
    return (places - (size / 2 - 0.5)) * 0.3 + torch.rand(shape) * 0.1 + 0.05


def operation(workload):
    """The row's function; a view that it makes is copied, as it is where there are no views."""
    of_inputs = eval(workload["torch"])

    def f(*inputs):
        return of_inputs(*inputs).contiguous()

    inputs = [draw(given) for given in workload["inputs"]]
    if workload["pass"] == "forward":
        def forward():
            with torch.no_grad():
                f(*inputs)

        return forward
    wanted = [x for x, given in zip(inputs, workload["inputs"]) if given["kind"] in ("float", "distinct")]
    for x in wanted:
        x.requires_grad = True
    g = torch.ones_like(f(*inputs))

    def gradients():
        for slope in torch.autograd.grad(f(*inputs), wanted, g, allow_unused=True):
            if slope is not None:
                slope.contiguous()

    return gradients


ABILITIES = {
    "operation": operation,
    "train": train,
    "handwritten": handwritten,
    "matmul": matmul,
    "hvp": hvp,
    "surface": surface,
    "images": images,
    "language": language,
}


def run(step, clock, is_enough):
    """Steps until `is_enough`; the microseconds that one took."""
    start = clock()
    done = 0
    while True:
        step()
        done += 1
        if is_enough(done, lambda: clock() - start):
            return (clock() - start) * 1e6 / done


def blas():
    """Which OpenBLAS multiplies, and for which processor, if that is what this PyTorch uses."""
    try:
        library = ctypes.CDLL("libopenblas.so.0", mode=os.RTLD_NOLOAD)
        for function in (library.openblas_get_config, library.openblas_get_corename):
            function.restype = ctypes.c_char_p
        name, version = library.openblas_get_config().decode().split()[:2]
        return f", products by {name} {version} with its kernels for {library.openblas_get_corename().decode()}"
    except (AttributeError, OSError):
        return ""


def main():
    print(json.dumps({"version": torch.__version__ + blas()}), flush=True)
    current_key, step = None, None
    for line in sys.stdin:
        request = json.loads(line)
        workload, steps = request["workload"], request["steps"]
        is_operation = workload["kind"] == "operation"
        by_processor = is_operation or workload.get("clock") == "processor"
        clock = time.process_time if by_processor else time.perf_counter
        warm_up = WARM_UP_OF_OPERATIONS if is_operation else WARM_UP
        try:
            key = json.dumps(workload)
            if key != current_key:
                current_key, step = None, ABILITIES[workload["kind"]](workload)
                run(step, clock, lambda done, elapsed: done >= 2 and elapsed() >= warm_up)
                current_key = key
            answer = {"microseconds": run(step, clock, lambda done, _: done >= steps)}
        except Exception as error:
            answer = {"error": str(error).splitlines()[0]}
        print(json.dumps(answer), flush=True)


main()
