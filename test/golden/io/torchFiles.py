"""Files as torch.save writes them, usual and unusual, and what torch.load makes of ours.

    npx tsx test/golden/io/torchCases.ts | /usr/bin/python3 test/golden/io/torchFiles.py

Reads from standard input the files that this library has written, as base64, and checks them; writes test/golden/io/torchFiles.json.
In files of the older format the keys of storages are places in memory, which differ from one run to the next; nothing else does.
"""

import argparse
import base64
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile

import numpy
import torch

ZIP, LEGACY = {}, {"_use_new_zipfile_serialization": False}


def saved(value, **how):
    buffer = io.BytesIO()
    torch.save(value, buffer, **how)
    return buffer.getvalue()


def encoded(data):
    return base64.b64encode(data).decode()


def plain(value):
    """A value as JSON: tensors by dtype, shape and elements, and what JSON has no word for by its text."""
    if isinstance(value, torch.Tensor):
        x = value.detach()
        elements = x.double() if x.dtype.is_floating_point else x
        return {"dtype": str(x.dtype)[6:], "shape": list(x.shape), "elements": [spelled(v) for v in elements.flatten().tolist()]}
    if isinstance(value, (torch.storage.TypedStorage, torch.UntypedStorage)):
        return plain(torch.tensor(list(value), dtype=getattr(value, "dtype", torch.uint8)))
    if isinstance(value, dict):
        return {"dict": [[str(key), plain(v)] for key, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"list": [plain(v) for v in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": [plain(v) for v in value]}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": list(value)}
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return {"number": spelled(value)}


def spelled(number):
    """The text of a number: of a float with a point or an exponent, of infinity and NaN as JavaScript has it."""
    if isinstance(number, float):
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(number), repr(number))
    return str(int(number))


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 5, bias=False), torch.nn.BatchNorm1d(5), torch.nn.Tanh(), torch.nn.Linear(5, 3)
    )


def trained():
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x = torch.randn(16, 4)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
    return model, optimizer


def attributed():
    x = torch.arange(3.0)
    x.note = "an attribute"
    return x


def values():
    """What is saved, by name, and how."""
    torch.manual_seed(1)
    model, optimizer = trained()
    base = torch.arange(24.0).reshape(4, 6)
    tied = torch.randn(2, 2)
    special = [1.5, -0.0, float("inf"), float("-inf"), float("nan"), 2.0**-24, 65504.0]
    yield "a state dict", model.state_dict(), ZIP
    yield "a state dict, legacy", model.state_dict(), LEGACY
    checkpoint = {
        "epoch": 12,
        "best": 0.25,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "classes": ["a", "ü", "🙂"],
        "nothing": None,
        "done": False,
    }
    yield "a checkpoint", checkpoint, ZIP
    yield "a checkpoint, legacy", checkpoint, LEGACY
    yield "parameters", list(model.parameters()), ZIP
    yield "one tensor", torch.tensor([[1.0, 2.0]]), ZIP
    yield "one parameter", torch.nn.Parameter(torch.ones(2), requires_grad=False), LEGACY
    yield "nothing", {}, ZIP
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        for how in (ZIP, LEGACY):
            yield f"{str(dtype)[6:]}, {'legacy' if how else 'zip'}", torch.tensor(special, dtype=dtype), how
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        info = torch.iinfo(dtype)
        edges = [0, 1, max(info.min, -(2**31)), min(info.max, 2**31 - 1)]
        for how in (ZIP, LEGACY):
            yield f"{str(dtype)[6:]}, {'legacy' if how else 'zip'}", torch.tensor(edges, dtype=dtype), how
    yield "bool", torch.tensor([[True], [False]]), ZIP
    for how in (ZIP, LEGACY):
        views = {
            "transposed": base.t(),
            "a column": base[:, 2],
            "every second": base[::2, 1::3],
            "rows": base[1:3],
            "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
            "a number": base[3, 5],
            "none": base[2:2],
            "no size": torch.zeros(0, 3).t(),
            "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
            "windows": base.flatten().unfold(0, 4, 2),
            "the whole": base,
        }
        yield f"views of one storage, {'legacy' if how else 'zip'}", views, how
    yield "the same tensor twice", [tied, tied, tied.t(), tied.view(-1)], ZIP
    yield "a tensor with attributes", {"x": attributed()}, ZIP
    yield "a tensor that asks for a gradient", torch.ones(2, requires_grad=True), ZIP
    yield "a storage", torch.arange(3.0).storage(), ZIP
    yield "channels last", torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last), ZIP
    yield "no dimension", torch.tensor(7, dtype=torch.int64), ZIP
    yield "sizes, dtypes, sets, bytes, and counters", {
        "size": torch.Size([2, 3]),
        "dtype": torch.float16,
        "set": {1},
        "frozen": frozenset([2]),
        "bytes": b"\x00\xff",
        "bytearray": bytearray(b"\x01\x80"),
        "counter": collections.Counter("aab"),
        "device": torch.device("cuda:1"),
        "ordered": collections.OrderedDict(b=1, a=(2, (3,), (), (4, 5, 6, 7))),
        1: "a number as a key",
    }, ZIP
    numbers = [0, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, 2**53, -(2**63), 2**100, 1e300, 1e-300, -0.0]
    yield "numbers", numbers + [float("inf"), float("nan"), True], ZIP
    yield "many names", {f"layer{i}.weight": torch.full((1,), float(i)) for i in range(40)}, ZIP
    deep = "x"
    for _ in range(30):
        deep = [deep]
    yield "thirty lists in each other", deep, ZIP
    for protocol in (1, 3, 4, 5):
        for how in (ZIP, LEGACY):
            name = f"protocol {protocol} of pickle, {'legacy' if how else 'zip'}"
            yield name, {"w": tied, "b": b"\x01", "n": [1, 2**40, 0.5, True]}, {"pickle_protocol": protocol, **how}


def later():
    """Files as later versions of PyTorch write them, by the same pickler, with the names that those have."""

    class Name:
        """Something that is pickled as a name."""

        def __init__(self, module, name):
            self.module, self.name = module, name

    class Call:
        def __init__(self, name, *args):
            self.name, self.args = name, args

    class Pickler(pickle._Pickler):
        def save(self, obj, *args, **kwargs):
            if isinstance(obj, Name):
                self.write(b"c" + f"{obj.module}\n{obj.name}\n".encode())
            elif isinstance(obj, Call):
                self.save(obj.name)
                self.save(obj.args)
                self.write(pickle.REDUCE)
            elif isinstance(obj, tuple) and len(obj) > 0 and obj[0] == "storage":
                pickle._Pickler.save_tuple(self, obj)
                self.write(pickle.BINPERSID)
            else:
                pickle._Pickler.save(self, obj, *args, **kwargs)

    def storage(kind, key, count):
        return ("storage", Name("torch.storage" if kind == "UntypedStorage" else "torch", kind), key, "cpu", count)

    def file(value, records, order=b"little"):
        data = io.BytesIO()
        Pickler(data, 2).dump(value)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in [("data.pkl", data.getvalue()), (".format_version", b"1"), ("byteorder", order), *records, ("version", b"3\n"), (".data/serialization_id", b"1")]:
                archive.writestr(zipfile.ZipInfo(f"later/{name}"), content)
        return buffer.getvalue()

    ordered = Call(Name("collections", "OrderedDict"))

    def v3(kind, key, count, dtype, size):
        return Call(Name("torch._utils", "_rebuild_tensor_v3"), storage("UntypedStorage", key, count), 0, (size,), (1,), False, ordered, Name("torch", dtype))

    v2 = Call(Name("torch._utils", "_rebuild_tensor_v2"), storage("FloatStorage", "0", 2), 0, (2,), (1,), False, ordered)
    floats = struct.pack("<2f", 1.5, -2)
    yield "uint32 of an untyped storage", file(v3("", "0", 8, "uint32", 2), [("data/0", struct.pack("<2I", 7, 2**31 - 1))]), plain(
        torch.tensor([7, 2**31 - 1])
    ) | {"dtype": "uint32"}
    yield "uint16", file(v3("", "0", 4, "uint16", 2), [("data/0", struct.pack("<2H", 7, 65535))]), plain(torch.tensor([7, 65535])) | {"dtype": "uint16"}
    yield "float8_e5m2", file(v3("", "0", 2, "float8_e5m2", 2), [("data/0", b"\x3c\xc0")]), plain(torch.tensor([1.0, -2.0])) | {"dtype": "float8_e5m2"}
    yield "a parameter with state", file(
        Call(Name("torch._utils", "_rebuild_parameter_with_state"), v2, True, ordered, {"note": 1}), [("data/0", floats)]
    ), plain(torch.tensor([1.5, -2.0]))
    negated = Call(Name("torch._utils", "_rebuild_tensor_v2"), storage("FloatStorage", "0", 2), 0, (2,), (1,), False, ordered, {"neg": True})
    yield "a tensor whose signs are turned when it is looked at", file(negated, [("data/0", floats)]), plain(torch.tensor([-1.5, 2.0]))
    yield "a file of a machine with the highest byte first", file(v2, [("data/0", struct.pack(">2f", 1.5, -2))], b"big"), plain(
        torch.tensor([1.5, -2.0])
    )


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 1)


def refused():
    """What is saved and not read, with what is said of it."""
    yield "a module", torch.nn.Linear(2, 1), ZIP, "torch.nn.modules.linear.Linear"
    yield "a module of one's own, legacy", Net(), LEGACY, "__main__.Net"
    yield "a number of NumPy's", {"loss": numpy.float64(1)}, ZIP, "numpy.core.multiarray.scalar"
    yield "an array of NumPy's", {"a": numpy.ones(2)}, ZIP, "numpy.core.multiarray._reconstruct"
    yield "arguments", {"args": argparse.Namespace(lr=1), "model": {"w": torch.ones(2)}}, ZIP, "argparse.Namespace"
    yield "a function", {"f": print}, ZIP, "print"
    yield "a sparse tensor", torch.eye(2).to_sparse(), ZIP, "torch._utils._rebuild_sparse_tensor"
    yield "a quantised tensor", torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), ZIP, "torch._utils._rebuild_qtensor"
    yield "complex numbers", torch.ones(2, dtype=torch.complex64), ZIP, "torch.complex64"
    yield "a tensor on meta", torch.ones(2, device="meta"), ZIP, "torch._utils._rebuild_meta_tensor_no_storage"
    yield "int64 that int32 does not hold", torch.tensor([2**40]), ZIP, "1099511627776"
    yield "tuples as keys", {(1, 2): 3}, ZIP, "keys"
    yield "two keys of one name", {1: 2, "1": 3}, ZIP, "each key once"


def read(name, data):
    """A file, with what torch.load makes of it."""
    return {"name": name, "file": encoded(data), "value": plain(torch.load(io.BytesIO(data)))}


def scripted():
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), buffer)
    return buffer.getvalue()


def with_texts():
    """An archive of NumPy's, in which one array is of texts."""
    buffer = io.BytesIO()
    numpy.savez(buffer, names=numpy.array(["a", "bc"]), x=numpy.arange(3), ids=numpy.array([2**40]))
    return buffer.getvalue()


def alike(a, b):
    """Whether a value that was loaded, as plain has it, is the one that was written."""
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) != set(b):
            return False
        if "number" in a:
            return a["number"] == b["number"] if is_whole(b["number"]) else equal(a["number"], b["number"])
        if "elements" in a:
            return a["dtype"] == b["dtype"] and a["shape"] == b["shape"] and all(map(equal, a["elements"], b["elements"]))
        if "dict" in a:
            return len(a["dict"]) == len(b["dict"]) and all(alike(v, dict(b["dict"])[key]) for key, v in a["dict"])
        return all(alike(v, b[key]) for key, v in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return type(a) is type(b) and a == b


def is_whole(text):
    return text.lstrip("-").isdigit()


def equal(a, b):
    """Whether two texts are those of one float, of which -0 is another than 0, and NaN equals itself."""
    return repr(float(a)) == repr(float(b))


def check(files):
    """Our files, as torch.load reads them, have the values that they should have."""
    for name, case in files.items():
        data = base64.b64decode(case["file"])
        assert alike(plain(torch.load(io.BytesIO(data))), case["value"]), name
        if case["weightsOnly"]:
            assert alike(plain(torch.load(io.BytesIO(data), weights_only=True)), case["value"]), name
    return sorted(files)


def goes_on(case):
    """A run of this library's goes on here: model and optimiser, with what the next steps give."""
    state = torch.load(io.BytesIO(base64.b64decode(case["file"])))
    model = network()
    model.load_state_dict(state["model"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1)
    optimizer.load_state_dict(state["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.01 and len(optimizer.state) == len(list(model.parameters()))
    x = torch.tensor(case["x"]).reshape(-1, 4)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main():
    given = json.load(sys.stdin)
    answer = {
        "torch": torch.__version__,
        "files": [read(name, saved(value, **how)) for name, value, how in values()],
        "later": [{"name": name, "file": encoded(data), "value": value} for name, data, value in later()],
        "refused": [{"name": name, "file": encoded(saved(value, **how)), "said": said} for name, value, how, said in refused()],
        "scripted": encoded(scripted()),
        "withTexts": encoded(with_texts()),
        "large": encoded(saved({"ids": torch.tensor([2**40, -(2**53), 2**31])})),
        "inexact": encoded(saved(torch.tensor([2**53 + 1]))),
        "checked": check(given["files"]),
        "losses": goes_on(given["run"]),
        "sha256": given["sha256"],
    }
    path = pathlib.Path(__file__).with_name("torchFiles.json")
    path.write_text(json.dumps(answer, indent=None, separators=(",", ":"), ensure_ascii=False).replace('{"name"', '\n{"name"') + "\n")


main()
