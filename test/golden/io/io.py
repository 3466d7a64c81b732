"""Files as NumPy and PyTorch write them, and what they make of ours.

    npx tsx test/golden/io/ioCases.ts | /usr/bin/python3 test/golden/io/io.py

Reads from standard input the files that this library has written, as base64, and checks them; writes test/golden/io/io.json.
"""

import base64
import io
import json
import pathlib
import struct
import sys

import numpy
import torch

DTYPES = {
    "F64": (torch.float64, "<f8"),
    "F32": (torch.float32, "<f4"),
    "F16": (torch.float16, "<f2"),
    "BF16": (torch.bfloat16, None),
    "I64": (torch.int64, "<i8"),
    "I32": (torch.int32, "<i4"),
    "BOOL": (torch.bool, "|b1"),
}
NAMES = {dtype: name for name, (dtype, _) in DTYPES.items()}


def encoded(data):
    return base64.b64encode(data).decode()


def raw(x):
    """The bytes of a tensor; of bfloat16, which NumPy has not, by way of int16."""
    x = x.detach().contiguous()
    return (x.view(torch.int16) if x.dtype == torch.bfloat16 else x).numpy().tobytes()


def write_safetensors(tensors, metadata=None):
    header, body = {} if metadata is None else {"__metadata__": metadata}, b""
    for name, x in tensors.items():
        data = raw(x)
        header[name] = {
            "dtype": NAMES[x.dtype],
            "shape": list(x.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def read_safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        dtype, _ = DTYPES[entry["dtype"]]
        flat = torch.frombuffer(bytearray(body[start:end]), dtype=dtype) if end > start else torch.zeros(0, dtype=dtype)
        tensors[name] = flat.reshape(entry["shape"])
    assert sum(e["data_offsets"][1] - e["data_offsets"][0] for e in header.values()) == len(body)
    return tensors, metadata


def saved(write, *args, **kwargs):
    buffer = io.BytesIO()
    write(buffer, *args, **kwargs)
    return encoded(buffer.getvalue())


def arrays():
    """Each kind of elements, both orders of bytes and of dimensions, no dimension, and none in one."""
    grid = numpy.arange(12).reshape(3, 4)
    yield "float32", (grid / 7).astype("<f4")
    yield "float64", (grid / 7).astype("<f8")
    yield "float16", (grid / 7 - 0.5).astype("<f2")
    yield "big-endian float32", (grid / 7).astype(">f4")
    yield "big-endian int64", (grid - 5).astype(">i8")
    for kind in ("i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"):
        yield kind, (grid - (0 if "u" in kind else 5)).astype(kind)
    yield "bool", grid % 3 == 0
    yield "Fortran order", numpy.asfortranarray((numpy.arange(24).reshape(2, 3, 4) / 5).astype("<f4"))
    yield "no dimension", numpy.array(2.5, dtype="<f4")
    yield "no elements", numpy.zeros((0, 3), dtype="<f8")
    yield "one dimension", numpy.array([1.5, -0.0, numpy.inf, -numpy.inf, 1e-45], dtype="<f4")
    yield "float16 at its edges", numpy.arange(0, 65536, 97, dtype=numpy.uint16).view("<f2")


def numbers(array):
    array = array.detach().double().numpy() if isinstance(array, torch.Tensor) else array
    return [str(float(v)) if numpy.isnan(v) or numpy.isinf(v) else float(v) for v in numpy.asarray(array).ravel().tolist()]


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(4, 16, bias=False), torch.nn.BatchNorm1d(16), torch.nn.Tanh(), torch.nn.Linear(16, 3)
    )


def trained():
    """A network trained in PyTorch, as a file, with what it says of some inputs."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    generator = torch.Generator().manual_seed(1)
    for _ in range(50):
        x = torch.randn(32, 4, generator=generator)
        loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long() + (x[:, 1] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    x = torch.randn(8, 4, generator=generator)
    return {"file": encoded(write_safetensors(model.state_dict())), "x": numbers(x), "y": numbers(model(x))}


def loaded(case):
    """What PyTorch computes with the weights of a network that was trained by this library."""
    tensors, metadata = read_safetensors(base64.b64decode(case["file"]))
    assert metadata == case["metadata"], metadata
    model = network()
    model.load_state_dict(tensors)
    model.eval()
    x = torch.tensor(case["x"]).reshape(8, 4)
    return {"sha256": case["sha256"], "x": case["x"], "y": numbers(model(x))}


def check(case):
    """Our files, as NumPy and PyTorch read them, have the values that they should have."""
    expected = {name: (value["dtype"], value["shape"], base64.b64decode(value["bytes"])) for name, value in case["tensors"].items()}
    for name, (dtype, shape, data) in expected.items():
        array = numpy.load(io.BytesIO(base64.b64decode(case["npy"][name])), allow_pickle=False)
        assert (array.dtype.name, list(array.shape), array.tobytes()) == (dtype, shape, data), name
    with numpy.load(io.BytesIO(base64.b64decode(case["npz"])), allow_pickle=False) as archive:
        assert sorted(archive.files) == sorted(expected)
        for name, (dtype, shape, data) in expected.items():
            assert (archive[name].dtype.name, list(archive[name].shape), archive[name].tobytes()) == (dtype, shape, data), name
    tensors, metadata = read_safetensors(base64.b64decode(case["safetensors"]))
    assert metadata == case["metadata"]
    for name, (dtype, shape, data) in expected.items():
        assert (str(tensors[name].dtype), list(tensors[name].shape), raw(tensors[name])) == (f"torch.{dtype}", shape, data), name
    return sorted(expected)


def main():
    given = json.load(sys.stdin)
    torch.manual_seed(3)
    halves = {
        "float16": torch.randn(3, 5).half(),
        "bfloat16": torch.randn(3, 5).bfloat16(),
        "int64": torch.tensor([0, 1, -7, 2**31 - 1, -(2**31)]),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
    }
    cases = list(arrays())
    answer = {
        "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
        "npy": [
            {"name": name, "file": saved(numpy.save, array), "shape": list(array.shape), "values": numbers(array)}
            for name, array in cases
        ],
        "npz": {
            "stored": saved(numpy.savez, w=cases[0][1], b=cases[1][1]),
            "compressed": saved(numpy.savez_compressed, w=cases[0][1], b=cases[1][1]),
        },
        "safetensors": {
            "file": encoded(write_safetensors(halves, {"made": "by PyTorch"})),
            "values": {name: numbers(x) for name, x in halves.items()},
        },
        "trained": trained(),
        "loaded": loaded(given["trained"]),
        "checked": check(given["files"]),
    }
    path = pathlib.Path(__file__).with_name("io.json")
    path.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n")


main()
