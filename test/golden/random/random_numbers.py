"""Writes what PyTorch draws for many small programs, for test/random/golden.test.ts to draw again.

    python3 test/golden/random/random_numbers.py

(It is not named random.py, which Python would import instead of its own module.) With PyTorch 1.13 this writes
random.json; with a later version random-current.json, of which only the results that differ. Both were made on x86-64
with AVX2, glibc 2.36 and an AMD processor: on Intel's, PyTorch with MKL draws `bernoulli_(p)` from another generator.
"""

import base64
import hashlib
import json
import pathlib
import random
import warnings

import torch

warnings.simplefilter("ignore")  # randint beyond 2^24 into float32
DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}


def bits(x):
    data = (x.to(torch.int32) if x.dtype == torch.int64 else x).contiguous().numpy().tobytes()
    return data.hex() if len(data) <= 80 else "sha256:" + hashlib.sha256(data).hexdigest()[:32]


def run(call, g, saved):
    name, *args = call
    empty = lambda n, dtype: torch.empty(n, dtype=DTYPES[dtype])
    if name == "uniform":
        n, dtype, low, high = args
        return bits(empty(n, dtype).uniform_(low, high, generator=g))
    if name == "normal":
        n, dtype, mean, std = args
        return bits(empty(n, dtype).normal_(mean, std, generator=g))
    if name == "exponential":
        n, dtype, rate = args
        return bits(empty(n, dtype).exponential_(rate, generator=g))
    if name == "bernoulli":
        n, dtype, p = args
        return bits(empty(n, dtype).bernoulli_(p, generator=g))
    if name == "bernoulliFrom":
        p, p_dtype, dtype = args
        return bits(empty(len(p), dtype).bernoulli_(torch.tensor(p, dtype=DTYPES[p_dtype]), generator=g))
    if name == "randint":
        n, dtype, low, high = args
        return bits(torch.randint(low, high, (n,), dtype=DTYPES[dtype], generator=g))
    if name == "randperm":
        return bits(torch.randperm(*args, generator=g))
    if name == "multinomial":
        p, dtype, num_samples, replacement = args
        return bits(torch.multinomial(torch.tensor(p, dtype=DTYPES[dtype]), num_samples, replacement, generator=g))
    if name == "save":
        saved.append(g.get_state())
        return bits(saved[-1])
    if name == "restore":
        g.set_state(saved[-1])
        return ""
    raise ValueError(name)


def program(name, seed, calls):
    g, saved = torch.Generator().manual_seed(seed), []
    return {"name": name, "seed": str(seed), "calls": calls, "results": [run(call, g, saved) for call in calls]}


def random_call(r):
    n = r.choice([1, 2, 3, 5, 7, 15, 16, 17, 20, 31, 32, 33])
    dtype = r.choice(["float32", "float32", "float64"])
    probabilities = lambda k: [round(r.random(), 3) + 0.001 for _ in range(k)]
    kind = r.choice(
        ["rand", "randn", "randn", "uniform", "normal", "exponential", "bernoulli", "bernoulliFrom"]
        + ["randint", "randint", "randperm", "multinomial", "multinomial", "save", "restore"]
    )
    if kind == "rand":
        return ["uniform", n, dtype, 0, 1]
    if kind == "randn":
        return ["normal", n, dtype, 0, 1]
    if kind == "uniform":
        return ["uniform", n, dtype, *r.choice([(-0.18257418583505536, 0.18257418583505536), (2, 7.5), (-1e-30, 1e-30)])]
    if kind == "normal":
        return ["normal", n, dtype, *r.choice([(0, 0.02), (1.7, 0.37), (-3, 0), (1e6, 1e-3), (0, 1e-40)])]
    if kind == "exponential":
        return ["exponential", n, dtype, r.choice([1, 3, 0.01])]
    if kind == "bernoulli":
        return ["bernoulli", n, r.choice(["float32", "float64", "int32", "bool"]), r.choice([0, 0.1, 0.5, 0.9, 1])]
    if kind == "bernoulliFrom":
        return ["bernoulliFrom", [0.0, 1.0, *probabilities(n)], dtype, r.choice(["float32", "float64", "int32", "bool"])]
    if kind == "randint":
        low = r.choice([0, 0, -5, -(2**20), -(2**31)])
        width = r.choice([1, 10, 65536, 182625, 2**28 - 1, 2**28, 2**28 + 1, 2**30 + 17, 2**31 - 1])
        return ["randint", n, r.choice(["int32", "float32", "float64"]), low, low + width]
    if kind == "randperm":
        return ["randperm", r.choice([0, 1, 2, 7, 30])]
    if kind == "multinomial":
        rows, k = r.choice([1, 3]), r.choice([2, 6, 27])
        replacement = r.random() < 0.6
        num_samples = r.choice([1, 1, 2]) if not replacement else r.choice([1, 1, 2, 9])
        return ["multinomial", [probabilities(k) for _ in range(rows)], dtype, num_samples, replacement]
    return [kind]


def programs():
    r = random.Random(0)
    for i in range(56):
        calls = [random_call(r) for _ in range(14)]
        calls = [["save"], *calls, ["save"]]
        yield program(f"interleaved {i}", r.choice([0, 1, 42, 1234, 2147483647, -1, 2**32 + 7, 2**63 + 5]), calls)
    for dtype in ["float32", "float64"]:
        yield program(f"pairs across calls, {dtype}", 3, [["normal", 3, dtype, 0, 1], ["save"]] * 5)
        for name, call in {
            "normal": ["normal", 100_003, dtype, 0, 1],
            "normal, moved and scaled": ["normal", 50_000, dtype, 0.3, 2.7],
            "uniform": ["uniform", 100_000, dtype, -0.1, 0.1],
            "exponential": ["exponential", 50_000, dtype, 2.5],
            "bernoulli": ["bernoulli", 50_000, dtype, 0.3],
            "randint": ["randint", 50_000, dtype, 0, 1000],
            "randint from 40 bits": ["randint", 20_000, dtype, -5, 2**40 + 12345],
            "randint from 2^51": ["randint", 20_000, dtype, -7, 2**51 + 2**33 + 17],
            "randint from 2^53": ["randint", 20_000, dtype, 0, 2**53],
            "randint from 32 bits": ["randint", 20_000, dtype, 0, 2**32],
            "randint below 32 bits": ["randint", 20_000, dtype, -1, 2**32 - 2],
        }.items():
            yield program(f"many: {name}, {dtype}", 2147483647, [call, ["save"]])
        yield program(f"many: normals one by one, {dtype}", 9, [["normal", 15, dtype, 0, 1]] * 200 + [["save"]])
    yield program("many: randint over all of int32", 8, [["randint", 20_000, "int32", -(2**31), 2**31], ["save"]])
    yield program("many: randperm", 8, [["randperm", 30_000], ["save"]])
    yield program("the README of makemore", 2147483647, [
        ["uniform", 3, "float32", 0, 1],
        ["multinomial", [[0.6064, 0.3033, 0.0903]], "float32", 100, True],
    ])


def states():
    """Generators saved in odd places, and what they go on to draw."""
    calls = [["normal", 3, "float64", 0, 1], ["uniform", 5, "float32", 0, 1], ["randperm", 700]]
    for name, before in {
        "fresh": [],
        "after an odd number of draws": [["uniform", 7, "float32", 0, 1]],
        "with a normal kept": [["normal", 3, "float32", 0, 1]],
        "at the end of a block": [["uniform", 624, "float32", 0, 1]],
        "in the third block, with a normal kept": [["uniform", 1301, "float32", 0, 1], ["normal", 1, "float32", 0, 1]],
    }.items():
        g = torch.Generator().manual_seed(2**40 + 5)
        for call in before:
            run(call, g, [])
        state = base64.b64encode(g.get_state().numpy().tobytes()).decode()
        yield {"name": name, "state": state, "calls": calls, "results": [run(call, g, []) for call in calls]}


folder = pathlib.Path(__file__).parent
golden = {"torch": torch.__version__, "programs": list(programs()), "states": list(states())}
if int(torch.__version__.split(".")[0]) < 2:
    path = folder / "random.json"
else:
    path = folder / "random-current.json"
    old = json.loads((folder / "random.json").read_text())
    for part in ["programs", "states"]:
        pairs = zip(golden[part], old[part])
        golden[part] = [{"name": x["name"], "results": x["results"]} for x, y in pairs if x != y]
path.write_text(json.dumps(golden, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
