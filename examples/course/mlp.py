"""Chapter 3 in PyTorch: three starts of one network, looked at before they are trained.

    /usr/bin/python3 examples/course/mlp.py > test/golden/course/mlp.json
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from shared.twin import CHARACTERS, by_size, generator, report, shuffled_names, to_examples

names, hidden, steps = by_size((400, 40, 30), (8000, 200, 4000))
context_length, embedding, batch, lr = 3, 10, 32, 0.1
contexts, following = to_examples(shuffled_names(3)[:names], context_length)


def network_of(start):
    torch.manual_seed(7)
    letters = nn.Embedding(len(CHARACTERS), embedding)
    inward = nn.Linear(context_length * embedding, hidden, bias=False)
    outward = nn.Linear(hidden, len(CHARACTERS))
    if start == "tooLarge":
        nn.init.normal_(inward.weight)
        nn.init.normal_(outward.weight)
    else:
        nn.init.kaiming_normal_(inward.weight, nonlinearity="tanh")
        with torch.no_grad():
            outward.weight *= 0.1
    norm = [nn.BatchNorm1d(hidden)] if start == "batchNorm" else []
    return nn.Sequential(letters, nn.Flatten(), inward, *norm, nn.Tanh(), outward)


def look_at(model):
    """How much is saturated before training; on a copy of the statistics, so that training starts from the first."""
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    with torch.no_grad():
        saturated = model[:-1](contexts[:500]).abs() > 0.97
    model.load_state_dict(kept)
    return {"saturated": saturated.float().mean().item(), "dead": saturated.all(0).sum().item()}


losses, diagnoses = {}, {}
for start in ["tooLarge", "scaled", "batchNorm"]:
    model = network_of(start)
    diagnoses[start] = look_at(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    g = generator(6)
    losses[start] = []
    for step in range(steps):
        i = torch.randint(0, len(following), (batch,), generator=g)
        loss = F.cross_entropy(model(contexts[i]), following[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[start].append(loss)

report(losses, diagnoses=diagnoses)
