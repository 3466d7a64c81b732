"""Chapter 8 in PyTorch: a table with missing values and few failures, and when to stop.

    /usr/bin/python3 examples/course/pumps.py > test/golden/course/pumps.json
"""

import copy
import csv
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from shared.twin import by_size, generator, numbers, report

epochs, patience, lr = by_size((30, 3, 0.01), (200, 20, 0.003))
batch = 64
KINDS = ["gear", "screw", "vane"]
MEASURED = ["age", "temperature", "pressure", "vibration"]

with open("examples/course/pumps/pumps.csv") as file:
    rows = list(csv.DictReader(file))
measurements = torch.tensor([[float(row[name] or "nan") for name in MEASURED] for row in rows])
kinds = torch.tensor([KINDS.index(row["kind"]) for row in rows])
failed = torch.tensor([int(row["failed"]) for row in rows])

order = torch.randperm(len(rows), generator=generator(22))
first, second = int(0.6 * len(rows)), int(0.8 * len(rows))
training, validation, test = order[:first], order[first:second], order[second:]

mean = measurements[training].nanmean(0)
std = (measurements[training] - mean).square().nanmean(0).sqrt()
counts = failed[training].bincount(minlength=2).float()
weight = counts.sum() / (2 * counts)


class PumpNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        inputs = 2 * len(MEASURED) + len(KINDS)
        self.layers = nn.Sequential(nn.Linear(inputs, 16, bias=False), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 2))

    def forward(self, x, kind):
        scaled = ((x - self.mean) / self.std).nan_to_num()
        return self.layers(torch.cat([scaled, x.isnan().float(), F.one_hot(kind, len(KINDS)).float()], 1))


torch.manual_seed(20)
network = PumpNetwork()
optimizer = torch.optim.AdamW(network.parameters(), lr=lr)
dataset = TensorDataset(measurements[training], kinds[training], failed[training])
loader = DataLoader(dataset, batch_size=batch, shuffle=True, generator=generator(21))
losses = {"training": [], "validation": []}
kept, best, state = 0, math.inf, None
for epoch in range(1, epochs + 1):
    if epoch - kept > patience:
        break
    network.train()
    total = 0.0
    for x, kind, y in loader:
        loss = F.cross_entropy(network(x, kind), y, weight=weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    network.eval()
    with torch.no_grad():
        loss = F.cross_entropy(network(measurements[validation], kinds[validation]), failed[validation], weight=weight)
    losses["training"].append(total / len(loader))
    losses["validation"].append(loss)
    if loss.item() < best:
        # A state dict follows the network: it has to be copied.
        kept, best, state = epoch, loss.item(), copy.deepcopy(network.state_dict())
network.load_state_dict(state)

with torch.no_grad():
    probability = network(measurements[test], kinds[test]).softmax(1)[:, 1]
alarms = probability > 0.5
result = {
    "failed": failed[test].sum().item(),
    "alarms": alarms.sum().item(),
    "caught": (alarms & (failed[test] == 1)).sum().item(),
}
report(losses, kept=kept, test=result, asked=numbers(probability[:5]))
