"""Writes what PyTorch's optimisers and schedulers do, for test/optim/golden.test.ts to do again.

    python3 test/golden/optim/optim.py

With PyTorch 1.13 it writes optim.json; with a later version optim-current.json, of which only what differs. Parameters
and losses are made from seeds, since random numbers are the same on both sides. float32 numbers are written with as few
digits as tell them apart.
"""

import itertools
import json
import math
import pathlib

import numpy
import torch

OLD = int(torch.__version__.split(".")[0]) < 2
STEPS = 10
KEPT = [1, 2, 3, 10]  # the steps after which parameters are recorded
SHAPES = [[3, 4], [5], [2, 3]]  # the last is a group of its own


def parameters(dtype):
    """Parameters, and what their losses are made from."""
    torch.manual_seed(7)
    draw = lambda: [torch.randn(shape, dtype=dtype) for shape in SHAPES]
    params, shifts, heights = draw(), draw(), draw()
    return [p.requires_grad_() for p in params], shifts, heights


def loss(params, shifts, heights, step):
    """`Σ d·(p − c)/(1 + p²)`, without one of the parameters in two steps of three, whose gradient stays null."""
    terms = [
        ((p - c) * d / (p * p + 1)).sum()
        for k, (p, c, d) in enumerate(zip(params, shifts, heights))
        if (step + k) % 3 != 1 or step % 3 == 0
    ]
    return sum(terms)


def numbers(x):
    if x.dtype == torch.float32:
        return [float(str(v)) for v in x.detach().numpy().astype(numpy.float32).ravel()]
    return x.detach().double().ravel().tolist()


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of arXiv:2302.06675, which PyTorch does not have, in its operations."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in [p for p in group["params"] if p.grad is not None]:
                grad = -p.grad if group["maximize"] else p.grad
                mean = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(mean.mul(beta1).add(grad, alpha=1 - beta1).sign(), alpha=-group["lr"])
                mean.mul_(beta2).add_(grad, alpha=1 - beta2)


def build(kind, options, second, params):
    groups = [{"params": params[:2]}, {"params": params[2:], **second}]
    if kind == "Lion":
        return Lion(groups, **options)
    if kind == "NAdam" and OLD:
        options = {**options, "foreach": True}  # without, the next product of momenta has one factor too many
    return getattr(torch.optim, kind)(groups, **options)


def later(kind, optimizer, options):
    """Options that 1.13 does not have yet, in its own operations: what is to be done before a step."""
    if not OLD or kind not in ("NAdam", "RAdam"):
        return optimizer, lambda: None
    decoupled = options.get("decoupled_weight_decay", False)
    decays = [group["weight_decay"] for group in optimizer.param_groups]

    @torch.no_grad()
    def before():
        for group, decay in zip(optimizer.param_groups, decays):
            for p in [p for p in group["params"] if p.grad is not None]:
                if options.get("maximize"):
                    p.grad.neg_()
                if decoupled:
                    p.mul_(1 - group["lr"] * decay)

    for group in optimizer.param_groups:
        group["weight_decay"] = 0 if decoupled else group["weight_decay"]
    return optimizer, before


def known_to(kind, options):
    since = ("maximize", "decoupled_weight_decay") if OLD and kind in ("NAdam", "RAdam") else ()
    return {name: value for name, value in options.items() if name not in since}


def train(kind, dtype, options, second):
    params, shifts, heights = parameters(getattr(torch, dtype))
    optimizer, before = later(kind, build(kind, known_to(kind, options), second, params), options)
    kept = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad(set_to_none=True)
        loss(params, shifts, heights, step).backward()
        before()
        optimizer.step()
        if step in KEPT:
            kept.append([number for p in params for number in numbers(p)])
    return {"kind": kind, "dtype": dtype, "options": options, "second": second, "kept": kept}


def grid(**choices):
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values))


def trainings():
    for dtype in ["float32", "float64"]:
        for options in grid(
            momentum=[0, 0.9], dampening=[0, 0.3], weight_decay=[0, 0.1], nesterov=[False, True], maximize=[False, True]
        ):
            if options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0):
                continue
            yield train("SGD", dtype, {"lr": 0.1, **options}, {"lr": 0.03, "weight_decay": 0.02})
        for kind in ["Adam", "AdamW"]:
            for options in grid(
                betas=[(0.9, 0.999), (0.5, 0.9)],
                eps=[1e-8, 1e-2],
                weight_decay=[0, 0.1],
                amsgrad=[False, True],
                maximize=[False, True],
            ):
                if (options["betas"] == (0.9, 0.999)) == (options["eps"] == 1e-8):
                    yield train(kind, dtype, {"lr": 0.1, **options}, {"lr": 0.03, "betas": (0.4, 0.99)})
            yield train(kind, dtype, {}, {"eps": 0.1})
    for dtype in ["float32", "float64"]:
        for options in grid(
            momentum=[0, 0.9], centered=[False, True], weight_decay=[0, 0.1], alpha=[0.99, 0.7], maximize=[False, True]
        ):
            if (options["alpha"] == 0.7) == options["maximize"]:
                yield train("RMSprop", dtype, {"lr": 0.05, **options}, {"lr": 0.03, "eps": 1e-3})
        yield train("RMSprop", dtype, {}, {"momentum": 0.5})
        for options in grid(
            lr_decay=[0, 0.1], weight_decay=[0, 0.1], initial_accumulator_value=[0, 0.5], maximize=[False, True]
        ):
            yield train("Adagrad", dtype, {"lr": 0.2, **options}, {"lr": 0.1, "eps": 1e-3})
        yield train("Adagrad", dtype, {}, {})
        for kind in ["NAdam", "RAdam"]:
            for options in grid(
                betas=[(0.9, 0.999), (0.5, 0.9)],
                weight_decay=[0, 0.1],
                decoupled_weight_decay=[False, True],
                maximize=[False, True],
            ):
                if options["weight_decay"] != 0 or not options["decoupled_weight_decay"]:
                    more = {"momentum_decay": 0.3} if kind == "NAdam" and options["maximize"] else {}
                    yield train(kind, dtype, {"lr": 0.1, **options, **more}, {"lr": 0.03, "eps": 1e-2})
            yield train(kind, dtype, {}, {"betas": (0.4, 0.6)})
        for options in grid(betas=[(0.9, 0.99), (0.5, 0.6)], weight_decay=[0, 0.1], maximize=[False, True]):
            yield train("Lion", dtype, {"lr": 0.1, **options}, {"lr": 0.03, "betas": (0.4, 0.99)})
        yield train("Lion", dtype, {}, {"weight_decay": 1})


def plain(value):
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "dtype": str(value.dtype)[6:], "values": numbers(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def resumptions():
    """States saved in mid-training, and where training goes from there."""
    for kind, options in [
        ("SGD", {"lr": 0.01}),
        ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
        ("Adam", {"lr": 0.01, "amsgrad": True}),
        ("AdamW", {"lr": 0.01}),
        ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True}),
        ("Adagrad", {"lr": 0.01, "initial_accumulator_value": 0.1}),
        ("NAdam", {"lr": 0.01}),
        ("RAdam", {"lr": 0.01}),
        ("Lion", {"lr": 0.01}),
    ]:
        params, shifts, heights = parameters(torch.float64)
        optimizer = build(kind, options, {"lr": 0.003}, params)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
        for step in range(1, STEPS + 1):
            optimizer.zero_grad(set_to_none=True)
            loss(params, shifts, heights, step).backward()
            optimizer.step()
            scheduler.step()
            if step == 5:
                values = [numbers(p) for p in params]
                saved = {"optimizer": plain(optimizer.state_dict()), "scheduler": plain(scheduler.state_dict())}
        yield {"kind": kind, "options": options, "values": values, **saved, "ends": [numbers(p) for p in params]}


def valley(params, *_):
    """Rosenbrock's, along all parameters as one vector."""
    x = torch.cat([p.reshape(-1) for p in params])
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def searches():
    """Steps of LBFGS: where each ends, and after how many directions and evaluations; then from the state of the second step on."""
    for dtype, (name, function), options in itertools.product(
        ["float64", "float32"],
        [("valley", valley), ("waves", lambda *given: loss(*given, 3))],
        [
            {},
            {"lr": 0.1, "history_size": 2},
            {"lr": 0.5, "max_iter": 3, "max_eval": 2},
            {"max_iter": 6},
            {"line_search_fn": "strong_wolfe"},
            {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 3},
            {"line_search_fn": "strong_wolfe", "lr": 0.01, "tolerance_grad": 1e-2, "tolerance_change": 1e-3},
        ],
    ):
        if dtype == "float32" and "max_iter" not in options:
            continue  # in so many directions what rounding leaves grows into others
        params, shifts, heights = parameters(getattr(torch, dtype))
        optimizer = torch.optim.LBFGS(params, **options)

        def closure():
            optimizer.zero_grad(set_to_none=True)
            value = function(params, shifts, heights)
            value.backward()
            return value

        rows, saved = [], None
        for step in range({"float64": 4 if "max_iter" in options else 2, "float32": 1}[dtype]):
            first = optimizer.step(closure)
            state = optimizer.state[params[0]]
            values = [number for p in params for number in numbers(p)]
            rows.append({"loss": first.item(), "counts": [state["func_evals"], state["n_iter"]], "values": values})
            if step == 1 and options.get("max_iter") == 4:
                saved = plain(optimizer.state_dict())
                saved["state"]["0"].pop("al", None)
        yield {"kind": "LBFGS", "name": name, "dtype": dtype, "options": options, "rows": rows, "saved": saved}


def schedule(name, optimizer, args, options, function=None):
    """The rates of 36 epochs; after the 8th, those of the first group are halved by hand."""
    params, _, _ = parameters(torch.float64)
    kind, base = optimizer
    built = build(kind, base, {"lr": base["lr"] / 10}, params)
    made = getattr(torch.optim.lr_scheduler, name)(built, *(function or args), **options)
    rows = []
    for epoch in range(36):
        if epoch == 8:
            built.param_groups[0]["lr"] *= 0.5
        groups = built.param_groups
        row = [group["lr"] for group in groups]
        if name in ("OneCycleLR", "CyclicLR"):
            row += [group.get("momentum", group.get("betas", [0])[0]) for group in groups]
        rows.append(row + (made.get_last_lr() if epoch == 8 else []))
        built.step()
        if made.last_epoch == getattr(made, "total_steps", None):
            break
        made.step()
    state = {key: value for key, value in made.state_dict().items() if key not in ("anneal_func", "_scale_fn_ref")}
    groups = [{key: value for key, value in group.items() if key != "params"} for group in built.param_groups]
    result = {"name": name, "optimizer": list(optimizer), "args": args, "options": options, "rows": rows}
    return {**result, "state": plain(state), "groups": plain(groups)}


def schedules():
    sgd, adam = ("SGD", {"lr": 0.8, "momentum": 0.9}), ("Adam", {"lr": 0.8})
    yield schedule("StepLR", sgd, [5], {})
    yield schedule("StepLR", sgd, [1], {"gamma": 0.9})
    yield schedule("MultiStepLR", sgd, [[3, 3, 11, 30]], {})
    yield schedule("MultiStepLR", sgd, [[0, 9]], {"gamma": 0.3})
    yield schedule("ExponentialLR", sgd, [0.87], {})
    yield schedule("CosineAnnealingLR", sgd, [10], {})
    yield schedule("CosineAnnealingLR", sgd, [7], {"eta_min": 0.05})
    yield schedule("CosineAnnealingLR", sgd, [1], {"eta_min": 0.05})
    yield schedule("LambdaLR", sgd, ["1 / (1 + epoch)"], {}, [lambda epoch: 1 / (1 + epoch)])
    both = [[lambda epoch: 0.5**epoch, lambda epoch: epoch / 7]]
    yield schedule("LambdaLR", sgd, [["0.5 ** epoch", "epoch / 7"]], {}, both)
    yield schedule("LinearLR", sgd, [], {})
    yield schedule("LinearLR", sgd, [], {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 20})
    yield schedule("LinearLR", sgd, [], {"start_factor": 0.01, "total_iters": 0})
    yield schedule("PolynomialLR", sgd, [], {})
    yield schedule("PolynomialLR", sgd, [], {"total_iters": 30, "power": 2.0})
    yield schedule("PolynomialLR", sgd, [], {"total_iters": 35, "power": 0.9})
    yield schedule("CosineAnnealingWarmRestarts", sgd, [10], {})
    yield schedule("CosineAnnealingWarmRestarts", sgd, [3], {"T_mult": 2, "eta_min": 0.05})
    yield schedule("CosineAnnealingWarmRestarts", sgd, [1], {"T_mult": 3})
    yield schedule("CyclicLR", sgd, [0.1, 0.9], {"step_size_up": 5})
    yield schedule("CyclicLR", sgd, [[0.1, 0.2], [0.9, 0.3]], {"step_size_up": 4, "step_size_down": 7, "mode": "triangular2"})
    options = {"mode": "exp_range", "gamma": 0.95, "base_momentum": [0.5, 0.6], "max_momentum": 0.95}
    yield schedule("CyclicLR", sgd, [0.1, 0.9], {"step_size_up": 6, **options})
    yield schedule("CyclicLR", adam, [0.1, 0.9], {"step_size_up": 3, "cycle_momentum": False})
    for optimizer in [sgd, adam]:
        yield schedule("OneCycleLR", optimizer, [1.5], {"total_steps": 36})
        yield schedule("OneCycleLR", optimizer, [[1.5, 0.7]], {"total_steps": 30, "anneal_strategy": "linear"})
        yield schedule("OneCycleLR", optimizer, [0.5], {"epochs": 5, "steps_per_epoch": 7, "three_phase": True})
        yield schedule("OneCycleLR", optimizer, [0.5], {"total_steps": 40, "cycle_momentum": False, "pct_start": 0.0})
        options = {"base_momentum": [0.5, 0.6], "max_momentum": 0.9, "div_factor": 10, "final_div_factor": 100}
        yield schedule("OneCycleLR", optimizer, [0.5], {"total_steps": 36, "pct_start": 0.5, **options})


def late_starts():
    """Schedulers made with last_epoch, for groups that have an initial_lr: the rates of their first epochs."""
    for name, args in [("StepLR", [5]), ("MultiStepLR", [[5]]), ("ExponentialLR", [0.5]), ("CosineAnnealingLR", [10]), ("LinearLR", []), ("PolynomialLR", []), ("CosineAnnealingWarmRestarts", [6])]:
        params, _, _ = parameters(torch.float64)
        groups = [{"params": params, "initial_lr": 0.8}]
        optimizer = torch.optim.SGD(groups, lr=0.1)
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, *args, last_epoch=4)
        rates = scheduler.get_last_lr()
        for _ in range(8):
            optimizer.step()
            scheduler.step()
            rates = rates + scheduler.get_last_lr()
        yield {"name": name, "args": args, "rates": rates}


def sequences():
    """Schedulers one after the other: the rates of 16 epochs, the state after 8, and that of the optimiser's groups."""
    rules = torch.optim.lr_scheduler
    makers = {
        "StepLR": lambda o: rules.StepLR(o, 2, gamma=0.5),
        "MultiStepLR": lambda o: rules.MultiStepLR(o, [1, 3]),
        "ExponentialLR": lambda o: rules.ExponentialLR(o, 0.9),
        "CosineAnnealingLR": lambda o: rules.CosineAnnealingLR(o, 5),
        "LinearLR": lambda o: rules.LinearLR(o, start_factor=0.1, total_iters=4),
        "PolynomialLR": lambda o: rules.PolynomialLR(o, total_iters=6, power=2.0),
        "CosineAnnealingWarmRestarts": lambda o: rules.CosineAnnealingWarmRestarts(o, 2, T_mult=2),
        "LambdaLR": lambda o: rules.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    }
    for names, milestones in [
        (["LinearLR", "ExponentialLR"], [4]),
        (["LinearLR", "CosineAnnealingLR", "StepLR"], [3, 9]),
        (["ExponentialLR", "LinearLR", "PolynomialLR"], [2, 7]),
        (["MultiStepLR", "CosineAnnealingWarmRestarts"], [5]),
        (["CosineAnnealingWarmRestarts", "MultiStepLR", "LambdaLR"], [4, 5]),
        (["PolynomialLR"], []),
    ]:
        params, _, _ = parameters(torch.float64)
        optimizer = build("SGD", {"lr": 0.8}, {"lr": 0.08}, params)
        made = rules.SequentialLR(optimizer, [makers[name](optimizer) for name in names], milestones)
        rows = []
        for epoch in range(16):
            rows.append([group["lr"] for group in optimizer.param_groups] + list(made.get_last_lr()))
            if epoch == 8:
                state = plain(made.state_dict())
            optimizer.step()
            made.step()
        yield {"name": "SequentialLR", "names": names, "milestones": milestones, "rows": rows, "state": state}


def plateaus():
    """What becomes of learning rates on a plateau."""
    generator = torch.Generator().manual_seed(3)
    noise = torch.rand(40, generator=generator, dtype=torch.float64).tolist()
    metrics = [1 / (1 + epoch // 4) + 0.05 * x for epoch, x in enumerate(noise)]
    metrics[20] = math.nan
    for options in [
        {},
        {"patience": 2, "factor": 0.5},
        {"patience": 0, "cooldown": 3, "threshold": 0.1},
        {"mode": "max", "patience": 1, "min_lr": [0.2, 0.01], "threshold_mode": "abs"},
        {"patience": 1, "threshold": 0.02, "threshold_mode": "abs", "factor": 0.3, "eps": 0.01},
    ]:
        params, _, _ = parameters(torch.float64)
        optimizer = build("SGD", {"lr": 0.8}, {"lr": 0.08}, params)
        made = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        rows = []
        for metric in metrics:
            made.step(metric)
            rows.append([group["lr"] for group in optimizer.param_groups])
        state = {key: str(value) if isinstance(value, float) and math.isinf(value) else value for key, value in made.state_dict().items()}
        yield {"name": "ReduceLROnPlateau", "options": options, "metrics": [None if x != x else x for x in metrics], "rows": rows, "state": state}


folder = pathlib.Path(__file__).parent
golden = {"torch": torch.__version__}
for part in [trainings, resumptions, searches, schedules, late_starts, sequences, plateaus]:
    golden[part.__name__] = json.loads(json.dumps(list(part())))
if OLD:
    path = folder / "optim.json"
else:
    path = folder / "optim-current.json"
    old = json.loads((folder / "optim.json").read_text())
    for part in list(golden)[1:]:
        golden[part] = [x for x, y in zip(golden[part], old[part]) if x != y]
text = json.dumps(golden, separators=(",", ":"))
for start in ['{"kind":', '{"name":']:
    text = text.replace(start, "\n" + start)
path.write_text(text + "\n")
