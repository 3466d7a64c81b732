"""What TensorBoard itself reads of an event file of ours, with its check of checksums:

    npx tsx test/golden/io/tensorBoardCases.ts | python3 test/golden/io/tensorBoard.py > test/golden/io/tensorBoard.json

Needs the package tensorboard, without TensorFlow.
"""
import base64
import json
import math
import sys
import tempfile

from tensorboard.backend.event_processing import event_file_loader
from tensorboard.util import tensor_util

file = base64.b64decode(sys.stdin.read())
with tempfile.NamedTemporaryFile(suffix=".tfevents.0") as named:
    named.write(file)
    named.flush()
    # The loader brings values of every age into tensors, by the plugin that shows them.
    events = list(event_file_loader.EventFileLoader(named.name).Load())

plugins, read = {}, []
for event in events:
    for value in event.summary.value:
        name = value.metadata.plugin_data.plugin_name
        if name:
            plugins[value.tag] = name
        array = tensor_util.make_ndarray(value.tensor)
        content = [
            base64.b64encode(x).decode() if isinstance(x, bytes) else x for x in array.reshape(-1).tolist()
        ]
        read.append(
            {
                "tag": value.tag,
                "step": event.step,
                "wallTime": event.wall_time,
                "plugin": plugins[value.tag],
                "shape": list(array.shape),
                "content": ["NaN" if isinstance(x, float) and math.isnan(x) else x for x in content],
            }
        )

versions = [event.file_version for event in events if event.HasField("file_version")]
print(json.dumps({"file": base64.b64encode(file).decode(), "versions": versions, "read": read}, ensure_ascii=False))
