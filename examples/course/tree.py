"""Chapter 5 in PyTorch: eight letters joined two by two, as in a tree, with batch norm at each height.

    /usr/bin/python3 examples/course/tree.py > test/golden/course/tree.json
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from shared.twin import CHARACTERS, by_size, generator, invent_name, report, shuffled_names, to_examples

count, hidden, steps = by_size((400, 24, 25), (8000, 96, 4000))
context_length, embedding, batch, lr = 8, 10, 32, 0.1


class JoinNeighbours(nn.Module):
    def forward(self, x):
        b, places, c = x.shape
        return x.reshape(b, 2 * c) if places == 2 else x.reshape(b, places // 2, 2 * c)


class NormOfLast(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.norm = nn.BatchNorm1d(features)

    def forward(self, x):
        return self.norm(x) if x.ndim == 2 else self.norm(x.transpose(1, 2)).transpose(1, 2)


names = shuffled_names(3)[:count]
held = int(0.9 * count)
contexts, following = to_examples(names[:held], context_length)
validation_contexts, validation_following = to_examples(names[held:], context_length)

torch.manual_seed(10)
joined = lambda inputs: [JoinNeighbours(), nn.Linear(2 * inputs, hidden, bias=False), NormOfLast(hidden), nn.Tanh()]
model = nn.Sequential(
    nn.Embedding(len(CHARACTERS), embedding),
    *joined(embedding),
    *joined(hidden),
    *joined(hidden),
    nn.Linear(hidden, len(CHARACTERS)),
)
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, int(0.75 * steps))
g = generator(11)
losses = []
for step in range(steps):
    i = torch.randint(0, len(following), (batch,), generator=g)
    loss = F.cross_entropy(model(contexts[i]), following[i])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    losses.append(loss)

model.eval()
with torch.no_grad():
    validated = F.cross_entropy(model(validation_contexts), validation_following)
    probabilities = lambda codes: model(torch.tensor([([0] * context_length + codes)[-context_length:]])).softmax(1)[0]
    g = generator(12)
    invented = [invent_name(probabilities, g) for _ in range(10)]
report({"training": losses, "validation": [validated]}, names=invented)
