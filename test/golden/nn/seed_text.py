"""The network of examples/seed-text.ts in PyTorch: the weights it starts from, its losses, and what it ends with.

    python3 test/golden/nn/seed_text.py > test/golden/nn/seedText.json
"""

import json

import torch
import torch.nn.functional as F

STEPS = 200
LEARNING_RATE = 0.1


def values(x):
    """Nine digits read back to the same float32."""
    return [float(f"{value:.9g}") for value in x.detach().flatten().tolist()]


g_data = torch.Generator().manual_seed(7)
Xtr = torch.randn((1000, 5), generator=g_data)
Ytr = Xtr.abs().argmax(1)

X_dim = 5
n_hidden = 100
g = torch.Generator().manual_seed(42)
W1 = torch.randn((X_dim, n_hidden), generator=g)
W2 = torch.randn((n_hidden, X_dim), generator=g)
b2 = torch.randn(X_dim, generator=g)
bngain = torch.ones((1, n_hidden))
bnbias = torch.zeros((1, n_hidden))
bnmean_running = torch.zeros((1, n_hidden))
bnstd_running = torch.ones((1, n_hidden))

parameters = {"W1": W1, "W2": W2, "b2": b2, "bngain": bngain, "bnbias": bnbias}
initial = {name: values(parameters[name]) for name in ["W1", "W2", "b2"]}
for p in parameters.values():
    p.requires_grad = True

batch_size = 32
losses = []
for step in range(STEPS):
    ix = torch.randint(0, Xtr.shape[0], (batch_size,), generator=g)
    Xb, Yb = Xtr[ix], Ytr[ix]
    embcat = Xb
    pre_act = embcat @ W1
    bnmeani = pre_act.mean(0, keepdim=True)
    bnstdi = pre_act.std(0, keepdim=True)
    pre_act = bngain * (pre_act - bnmeani) / bnstdi + bnbias
    with torch.no_grad():
        bnmean_running = 0.999 * bnmean_running + 0.001 * bnmeani
        bnstd_running = 0.999 * bnstd_running + 0.001 * bnstdi
    h = torch.tanh(pre_act)
    logits = h @ W2 + b2
    loss = F.cross_entropy(logits, Yb)

    for p in parameters.values():
        p.grad = None
    loss.backward()
    for p in parameters.values():
        p.data -= LEARNING_RATE * p.grad
    losses.append(loss)

golden = {
    "torch": torch.__version__,
    "labels": Ytr.bincount().tolist(),
    "initial": initial,
    "losses": values(torch.stack(losses)),
    "bnmeanRunning": values(bnmean_running),
    "bnstdRunning": values(bnstd_running),
    "parameters": {name: values(p) for name, p in parameters.items()},
}
print("{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in golden.items()) + "\n}")
