"""Writes what PyTorch's averages of weights are, for test/optim/averaged.test.ts to compute again.

    /usr/bin/python3 test/golden/optim/averaged.py > test/golden/optim/averaged.json

Models and data are made from seeds, since random numbers are the same on both sides.
"""

import json

import torch
import torch.nn as nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn


def plain(state):
    return {name: {"shape": list(x.shape), "data": x.tolist() if x.dim() == 0 else x.flatten().tolist()} for name, x in state.items()}


def averages():
    decayed = lambda averaged, current, count: 0.75 * averaged + 0.25 * current
    for name, options in {
        "mean": {},
        "mean of buffers too": {"use_buffers": True},
        "moving average": {"avg_fn": decayed, "use_buffers": True},
    }.items():
        torch.manual_seed(7)
        double = {"dtype": torch.float64}
        model = nn.Sequential(nn.Linear(3, 4, **double), nn.BatchNorm1d(4, **double), nn.Tanh(), nn.Linear(4, 2, **double))
        x, y = torch.randn(12, 3, **double), torch.randn(12, 2, **double)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        averaged = AveragedModel(model, **options)
        for _ in range(5):
            optimizer.zero_grad()
            ((model(x) - y) ** 2).mean().backward()
            optimizer.step()
            averaged.update_parameters(model)
        state = plain(averaged.state_dict())
        update_bn([x[:6], x[6:]], averaged)
        state_after = plain(averaged.state_dict())
        yield {"class": "AveragedModel", "name": name, "state": state, "recalibrated": state_after, "output": averaged.eval()(x).flatten().tolist()}


def rates():
    for swa_lr, options in [
        (0.05, {}),
        (0.05, {"anneal_epochs": 4, "anneal_strategy": "linear"}),
        ([0.05, 0.5], {"anneal_epochs": 3}),
        (0.2, {"anneal_epochs": 0}),
    ]:
        optimizer = torch.optim.SGD([{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)], "lr": 0.1}], lr=1.0)
        scheduler = SWALR(optimizer, swa_lr, **options)
        rows = []
        for epoch in range(14):
            rows.append([group["lr"] for group in optimizer.param_groups])
            if epoch == 2:
                optimizer.param_groups[0]["lr"] *= 0.5
            optimizer.step()
            scheduler.step()
        yield {"class": "SWALR", "swa_lr": swa_lr, "options": options, "rows": rows}


print(json.dumps({"torch": torch.__version__, "averages": list(averages()), "rates": list(rates())}, indent=0))
