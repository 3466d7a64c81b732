"""ONNX files as PyTorch writes them, with what the models say: `/usr/bin/python3 test/golden/io/onnx.py > test/golden/io/onnx.json`."""

import base64
import io
import json

import torch
from torch import nn

torch.manual_seed(0)


def sequential(*layers):
    return nn.Sequential(*layers)


models = {
    "rows": (
        sequential(nn.Linear(4, 8, bias=False), nn.BatchNorm1d(8, eps=1e-3), nn.ReLU(), nn.Dropout(0.5),
                   nn.Linear(8, 6), nn.LeakyReLU(0.2), nn.Linear(6, 5), nn.ELU(0.7), nn.Linear(5, 3), nn.Softmax(-1)),
        torch.randn(3, 4),
    ),
    "pictures": (
        sequential(nn.Conv2d(2, 4, (3, 2), stride=2, padding=1, groups=2), nn.BatchNorm2d(4), nn.Tanh(),
                   nn.MaxPool2d(2, stride=1), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)),
        torch.randn(3, 2, 6, 5),
    ),
    "lines": (
        sequential(nn.Conv1d(2, 3, 3, dilation=2), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2), nn.LogSoftmax(1)),
        torch.randn(3, 2, 8),
    ),
    "numbers": (sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Linear(6, 2), nn.Hardtanh()), torch.randint(0, 7, (3, 2))),
}

cases = []
for name, (model, x) in models.items():
    if x.is_floating_point():
        for _ in range(3):
            model.train()(x * 2 + 1)  # moves running statistics
    model.eval()
    file = io.BytesIO()
    torch.onnx.export(model, x, file, opset_version=14, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    y = model(x).detach()
    cases.append({
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "x": {"shape": list(x.shape), "dtype": "int32" if name == "numbers" else "float32", "values": x.flatten().tolist()},
        "y": {"shape": list(y.shape), "values": y.flatten().tolist()},
    })
print(json.dumps({"version": torch.__version__, "cases": cases}))
