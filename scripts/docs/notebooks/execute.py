"""Runs a notebook in the kernel that it names: execute.py IN OUT. Fails at the first cell that throws.

nbconvert would do, were it not that Deno's kernel may say that it is idle before it has sent all that a cell has put out;
nbconvert then loses the rest. Here the next cell waits until the kernel has been silent for a while.
"""

import queue
import sys
import time

import nbformat
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import output_from_msg

SILENCE = 0.25  # seconds
LIMIT = 60  # seconds, of a cell

OUTPUTS = ("stream", "display_data", "execute_result", "error")


def run(client, source):
    """What a cell puts out, in order; streams of one kind are one, and a display that is updated is its last state."""
    request = client.execute(source)
    outputs, displays, idle, start = [], {}, False, time.monotonic()
    while True:
        try:
            message = client.get_iopub_msg(timeout=SILENCE)
        except queue.Empty:
            if idle:
                return outputs
            if time.monotonic() - start > LIMIT:
                raise TimeoutError(f"a cell takes more than {LIMIT} s:\n{source}") from None
            continue
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        if kind == "status" and content["execution_state"] == "idle":
            idle = True
        elif kind == "update_display_data":
            displays[content["transient"]["display_id"]].update(data=content["data"], metadata=content["metadata"])
        elif kind in OUTPUTS:
            output = output_from_msg(message)
            previous = outputs[-1] if outputs else None
            if kind == "stream" and previous and previous.get("name") == output["name"]:
                previous["text"] += output["text"]
                continue
            outputs.append(output)
            if kind == "display_data" and "display_id" in content.get("transient", {}):
                displays[content["transient"]["display_id"]] = output


def main(source, target):
    notebook = nbformat.read(source, as_version=4)
    manager, client = start_new_kernel(kernel_name=notebook["metadata"]["kernelspec"]["name"])
    try:
        for count, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), start=1):
            cell["outputs"] = run(client, cell["source"])
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
                if output["output_type"] == "error":
                    sys.exit("\n".join([cell["source"], *output["traceback"]]))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    nbformat.write(notebook, target)


main(*sys.argv[1:])
