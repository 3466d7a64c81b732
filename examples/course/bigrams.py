"""Chapter 2 in PyTorch: which character follows which, by counting and by a network of one layer.

    /usr/bin/python3 examples/course/bigrams.py > test/golden/course/bigrams.json
"""

import torch
import torch.nn.functional as F

from shared.twin import CHARACTERS, by_size, generator, invent_name, report, shuffled_names, to_examples

names, steps = by_size((400, 20), (8000, 200))
lr = 50
n = len(CHARACTERS)

contexts, following = to_examples(shuffled_names(3)[:names], 1)
before = contexts.flatten()

counts = torch.bincount(before * n + following, minlength=n * n).reshape(n, n)
smoothed = (counts + 1).float()
probabilities = smoothed / smoothed.sum(1, keepdim=True)
counted = -probabilities[before, following].log().mean()

weights = torch.randn(n, n, generator=generator(4))
weights.requires_grad = True
x = F.one_hot(before, n).float()
losses = []
for step in range(steps):
    loss = F.cross_entropy(x @ weights, following) + 0.01 * (weights**2).mean()
    weights.grad = None
    loss.backward()
    with torch.no_grad():
        weights -= lr * weights.grad
    losses.append(loss)


def invent(probabilities):
    g = generator(5)
    return [invent_name(lambda codes: probabilities[codes[-1] if codes else 0], g) for _ in range(10)]


names = {"byCounts": invent(probabilities), "byNetwork": invent(weights.detach().softmax(1))}
report({"counts": [counted], "network": losses}, names=names)
