"""The public names of PyTorch, and the optional parameters of each, for test/docs/comingFromPytorch.test.ts:

    python3 test/golden/docs/pytorch_names.py > test/golden/docs/pytorchNames.json

A name counts as public if it has a docstring and does not begin with an underscore; "others" has those without, too.
"""

import inspect
import json
import sys

import torch
import torch.optim.swa_utils
import torch.utils.data
from torch.nn.utils import clip_grad, convert_parameters, parametrizations

weight_norm = sys.modules["torch.nn.utils.weight_norm"]  # the function has the module's name


def names_of(holder):
    return [name for name in dir(holder) if not name.startswith("_")]


def is_documented(value):
    return bool((getattr(value, "__doc__", None) or "").strip())


def optional_of_signature(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.default is not inspect.Parameter.empty]


def optional_of_schemas(name):
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{name}")
    found = {}
    for schema in schemas:
        if "out" in schema.overload_name.split("_") or schema.overload_name.endswith("out"):
            continue
        for argument in schema.arguments:
            if argument.has_default_value():
                found[argument.name] = True
    return list(found)


def optional(name, value):
    if not callable(value):
        return []
    given = value.__init__ if inspect.isclass(value) else value
    return sorted(set(optional_of_signature(given)) | set(optional_of_schemas(name) if not inspect.isclass(value) else []))


def group(holder, wanted):
    return {
        name: optional(name, getattr(holder, name))
        for name in names_of(holder)
        if wanted(getattr(holder, name)) and is_documented(getattr(holder, name))
    }


def is_function(value):
    return callable(value) and not inspect.isclass(value) and not inspect.ismodule(value)


def own_classes(module):
    return lambda value: inspect.isclass(value) and value.__module__.startswith(module)


def own_functions(module):
    return lambda value: inspect.isfunction(value) and value.__module__.startswith(module)


utils = {**{n: f for m in (clip_grad, convert_parameters, parametrizations, weight_norm) for n, f in vars(m).items() if own_functions(m.__name__)(f)}}
result = {
    "pytorch": torch.__version__,
    "Tensor": group(torch.Tensor, lambda value: True),
    "torch": group(torch, is_function),
    "nn": group(torch.nn, own_classes("torch.nn")),
    "nn.Module": group(torch.nn.Module, is_function),
    "nn.functional": group(torch.nn.functional, is_function),
    "nn.init": group(torch.nn.init, own_functions("torch.nn.init")),
    "nn.utils": {name: optional(name, f) for name, f in sorted(utils.items()) if not name.startswith("_")},
    "optim": group(torch.optim, own_classes("torch.optim")),
    "optim.lr_scheduler": group(torch.optim.lr_scheduler, own_classes("torch.optim.lr_scheduler")),
    "utils.data": {
        name: optional(name, getattr(torch.utils.data, name))
        for name in sorted(torch.utils.data.__all__)
        if is_documented(getattr(torch.utils.data, name, None)) and not name.startswith("_")
    },
}
rooms = [torch.Tensor, torch, torch.nn, torch.nn.Module, torch.nn.functional, torch.autograd, torch.autograd.functional, torch.optim.lr_scheduler, torch.utils.data]
result["others"] = sorted({name for room in rooms for name in names_of(room)} | set(vars(torch.nn.Module())) | {"LRScheduler"} | set(names_of(torch.optim.swa_utils)))
json.dump(result, sys.stdout, indent=0, sort_keys=False)
