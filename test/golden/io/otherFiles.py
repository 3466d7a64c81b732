"""Files of other formats, for test/io/otherFiles.test.ts: python3 test/golden/io/otherFiles.py > test/golden/io/otherFiles.json"""

import base64
import gzip
import io
import json
import pickle

import numpy
import torch

torch.manual_seed(0)
state = torch.nn.Linear(2, 1).state_dict()


def written(write):
    buffer = io.BytesIO()
    write(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


files = {
    ".pt": written(lambda f: torch.save(state, f)),
    ".pt of before 1.6": written(lambda f: torch.save(state, f, _use_new_zipfile_serialization=False)),
    "pickle": written(lambda f: pickle.dump({"weight": [1.0]}, f)),
    ".npy": written(lambda f: numpy.save(f, numpy.ones(2, "float32"))),
    ".npz": written(lambda f: numpy.savez(f, weight=numpy.ones(2, "float32"))),
    "gzip": base64.b64encode(gzip.compress(b"weights", mtime=1_600_000_000)).decode(),
}
print(json.dumps({"torch": torch.__version__, "numpy": numpy.__version__, "files": files}, indent=1))
