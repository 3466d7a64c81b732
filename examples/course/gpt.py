"""Chapter 6 in PyTorch: a small GPT that reads names one after the other, and goes on by itself.

    /usr/bin/python3 examples/course/gpt.py > test/golden/course/gpt.json
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from shared.twin import CHARACTERS, by_size, codes_of, draw, generator, numbers, report, shuffled_names

names, window, width, heads, blocks, batch, steps, generated = by_size(
    (400, 16, 32, 4, 2, 8, 20, 60), (8000, 32, 64, 4, 3, 16, 2000, 300)
)
lr, dropout, largest_norm = 3e-3, 0.1, 1


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.asked = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("ahead", torch.ones(window, window).triu(1) > 0, persistent=False)

    def forward(self, x):
        b, t, _ = x.shape
        size = width // heads
        queries, keys, values = [
            y.reshape(b, t, heads, size).transpose(1, 2) for y in self.asked(x).chunk(3, 2)
        ]
        match = queries @ keys.transpose(2, 3) / math.sqrt(size)
        share = self.dropout(match.masked_fill(self.ahead[:t, :t], -math.inf).softmax(3))
        return self.out((share @ values).transpose(1, 2).reshape(b, t, width))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention()
        self.norm2 = nn.LayerNorm(width)
        self.thinking = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(dropout)
        )

    def forward(self, x):
        heard = x + self.attention(self.norm1(x))
        return heard + self.thinking(self.norm2(heard))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(len(CHARACTERS), width)
        self.places = nn.Embedding(window, width)
        self.blocks = nn.Sequential(*[Block() for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, len(CHARACTERS))
        for module in [self.letters, self.places, self.out]:
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, codes):
        x = self.letters(codes) + self.places.weight[: codes.shape[1]]
        return self.out(self.norm(self.blocks(x)))

    def generate(self, codes, count, g):
        text = list(codes)
        with torch.no_grad():
            for _ in range(count):
                logits = self(torch.tensor([text[-window:]]))[0, -1]
                text.append(draw(logits.softmax(0), g))
        return text[len(codes):]


text = torch.tensor(codes_of(".".join(shuffled_names(3)[:names])))
torch.manual_seed(13)
model = Gpt()
optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
g = generator(14)
losses, norms = [], []
for step in range(steps):
    starts = torch.randint(0, len(text) - window, (batch,), generator=g).tolist()
    x = torch.stack([text[i : i + window] for i in starts])
    y = torch.stack([text[i + 1 : i + 1 + window] for i in starts])
    loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    norms.append(nn.utils.clip_grad_norm_(model.parameters(), largest_norm))
    optimizer.step()
    losses.append(loss)

model.eval()
written = "".join(CHARACTERS[code] for code in model.generate([0], generated, generator(15)))
report({"training": losses}, norms=numbers(norms), saved=list(model.state_dict()), text=written)
