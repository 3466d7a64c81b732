"""Writes in which order PyTorch loads data, and what can be drawn in between, for test/data/golden.test.ts to do again.

    python3 test/golden/data/data.py

With PyTorch 1.13 it writes data.json; with a later version it says what differs, which so far is nothing.
"""

import itertools
import json
import pathlib
import struct

import torch
from torch.utils.data import DataLoader, random_split


def draw(generator=None):
    return struct.pack(">f", torch.rand(1, generator=generator).item()).hex()


def generators(kind, seed):
    torch.manual_seed(seed)
    return {"none": None, "own": torch.Generator().manual_seed(seed + 1), "default": torch.default_generator}[kind]


def loader(n, batch_size, shuffle, drop_last, generator):
    options = {"batch_size": batch_size, "shuffle": shuffle, "drop_last": drop_last, "generator": generator}
    return DataLoader(list(range(n)), **options)


def epochs(n, batch_size, shuffle, drop_last, kind, seed):
    """Two epochs: each batch with what each generator draws next after it, and what they draw after the epoch."""
    g = generators(kind, seed)
    both = lambda: draw() + (draw(g) if kind == "own" else "")
    loaded = loader(n, batch_size, shuffle, drop_last, g)
    lines = []
    for _ in range(2):
        lines += [" ".join(str(int(i)) for i in batch) + ":" + both() for batch in loaded]
        lines.append(both())
    return lines


def left_early(n, batch_size, kind, seed):
    """An epoch that is left after its first batch, and one that follows."""
    g = generators(kind, seed)
    loaded = loader(n, batch_size, True, False, g)
    lines = []
    for batch in loaded:
        lines.append(" ".join(str(int(i)) for i in batch))
        break
    lines.append(draw(g))
    return lines + [" ".join(str(int(i)) for i in batch) for batch in loaded] + [draw(g)]


def side_by_side(n, batch_size, kind, seed):
    """Two epochs of one loader that take turns."""
    g = generators(kind, seed)
    loaded = loader(n, batch_size, True, False, g)
    lines = ["/".join(" ".join(str(int(i)) for i in batch) for batch in pair) for pair in zip(loaded, loaded)]
    return lines + [draw(g)]


def programs():
    seed = 0
    for n, size, shuffle, drop, kind in itertools.product(
        [1, 5, 6], [1, 2, 3, 8], [False, True], [False, True], ["none", "own", "default"]
    ):
        seed += 1
        args = [n, size, shuffle, drop, kind, seed]
        yield {"program": "epochs", "args": args, "lines": epochs(*args)}
    for kind in ["none", "own", "default"]:
        for args in [[7, 3, kind, 3], [6, 3, kind, 4], [40, 16, kind, 5]]:
            yield {"program": "leftEarly", "args": args, "lines": left_early(*args)}
            yield {"program": "sideBySide", "args": args, "lines": side_by_side(*args)}


def splits():
    for n, lengths in [
        (10, [3, 7]),
        (10, [0, 10]),
        (30, [0.3, 0.3, 0.4]),
        (7, [0.5, 0.5]),
        (11, [0.2] * 5),
        (3, [0.25] * 4),
        (1, [1]),
        (5, [0, 1]),
        (97, [0.9, 0.1]),
        (17, [0.1, 0.2, 0.7]),
        (17, [0.7, 0.2, 0.1]),
    ]:
        for kind in ["none", "own"]:
            g = generators(kind, n)
            parts = random_split(range(n), lengths, **({"generator": g} if g else {}))
            indices = [[int(i) for i in part.indices] for part in parts]
            yield {"n": n, "lengths": lengths, "kind": kind, "indices": indices, "next": draw(g)}


def weighted():
    """Two loops over a sampler, two epochs of a loader that it orders, and what can be drawn after each."""
    for weights, count, replacement in [
        ([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 5, True),
        ([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, False),
        ([1, 0, 3], 20, True),
        ([1.0, 2.0, 3.0, 4.0], 4, False),
        ([1.0, 2.0, 3.0, 4.0], 1, False),
    ]:
        for kind in ["none", "own"]:
            g = generators(kind, count)
            sampler = torch.utils.data.WeightedRandomSampler(weights, count, replacement, generator=g)
            lines = []
            for _ in range(2):
                lines.append([int(i) for i in sampler])
                lines.append(draw(g))
            loaded = DataLoader(list(range(len(weights))), batch_size=2, sampler=sampler, generator=g)
            for _ in range(2):
                for batch in loaded:
                    lines.append([int(i) for i in batch])
                    lines.append(draw(g))
            yield {"weights": weights, "count": count, "replacement": replacement, "kind": kind, "lines": lines}


class Counting(torch.utils.data.IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def loops():
    """Datasets that are loops: batches, and what can be drawn after each."""
    for n, size, drop_last in itertools.product([0, 1, 6, 7], [1, 3], [False, True]):
        torch.manual_seed(n)
        lines = []
        for _ in range(2):
            for batch in DataLoader(Counting(n), batch_size=size, drop_last=drop_last):
                lines.append([int(i) for i in batch])
                lines.append(draw())
            lines.append(draw())
        yield {"loop": n, "size": size, "dropLast": drop_last, "lines": lines}


golden = {"torch": torch.__version__}
for part in [programs, splits, weighted, loops]:
    golden[part.__name__] = list(part())
path = pathlib.Path(__file__).parent / "data.json"
if int(torch.__version__.split(".")[0]) < 2:
    text = json.dumps(golden, separators=(",", ":")).replace('{"program"', '\n{"program"').replace('{"n"', '\n{"n"')
    text = text.replace('{"weights"', '\n{"weights"').replace('{"loop"', '\n{"loop"')
    path.write_text(text + "\n")
else:
    old = json.loads(path.read_text())
    for part in list(golden)[1:]:
        print([x for x, y in zip(golden[part], old[part]) if x != y] or f"{part}: the same")
