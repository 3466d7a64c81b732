"""Chapter 4 in PyTorch: every gradient of a network with batch norm written out by hand.

    /usr/bin/python3 examples/course/byHand.py > test/golden/course/byHand.json
"""

import math

import torch
import torch.nn.functional as F

from shared.twin import CHARACTERS, by_size, generator, report, shuffled_names, to_examples

count, hidden, steps = by_size((400, 32, 20), (8000, 128, 4000))
context_length, embedding, batch, lr, eps = 3, 10, 32, 0.1, 1e-5
n = len(CHARACTERS)
contexts, following = to_examples(shuffled_names(3)[:count], context_length)

g = generator(8)
inputs = context_length * embedding
letters = torch.randn(n, embedding, generator=g)
w1 = torch.randn(inputs, hidden, generator=g) * (5 / 3 / math.sqrt(inputs))
gain = torch.randn(hidden, generator=g) * 0.1 + 1
shift = torch.randn(hidden, generator=g) * 0.1
w2 = torch.randn(hidden, n, generator=g) * 0.1
b2 = torch.zeros(n)
parameters = [letters, w1, gain, shift, w2, b2]

g = generator(9)
losses = []
with torch.no_grad():
    for step in range(steps):
        i = torch.randint(0, len(following), (batch,), generator=g)
        x, y = contexts[i], following[i]

        embedded = letters[x].reshape(batch, inputs)
        summed = embedded @ w1
        centred = summed - summed.mean(0)
        scale = (centred.square().mean(0) + eps).rsqrt()
        normalised = centred * scale
        h = torch.tanh(normalised * gain + shift)
        logits = h @ w2 + b2
        losses.append(F.cross_entropy(logits, y))

        at_logits = (logits.softmax(1) - F.one_hot(y, n)) / batch
        at_tanh = at_logits @ w2.t() * (1 - h.square())
        at_normalised = at_tanh * gain
        at_sum = (
            at_normalised - at_normalised.mean(0) - normalised * (at_normalised * normalised).mean(0)
        ) * scale
        at_embedded = (at_sum @ w1.t()).reshape(batch * context_length, embedding)
        gradients = [
            F.one_hot(x.flatten(), n).float().t() @ at_embedded,
            embedded.t() @ at_sum,
            (at_tanh * normalised).sum(0),
            at_tanh.sum(0),
            h.t() @ at_logits,
            at_logits.sum(0),
        ]
        for p, gradient in zip(parameters, gradients):
            p -= lr * gradient

report({"byHand": losses})
