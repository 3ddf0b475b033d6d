"""A kernel that computes nothing: it says what a cell said when papermill ran it, so that nbval can compare that.

nbval compares only what it has executed itself, and to execute all lessons twice takes as long again. Where a test has just
run them with papermill, `pipeline.verdicts` gives nbval this kernel instead of one that computes.

A lesson is known by its first code cell, which names it; a cell, by its text. What papermill has not run, such as a
solution, says nothing; where nbval expected outputs of it, it then finds that they differ.
"""
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

NAME = "replay"
FOLDER = "SIDE_BY_SIDE_REPLAY"  # the environment variable with the folder of the executed notebooks


@contextlib.contextmanager
def kernel(folder, environment):
    """Lead clients with these variables, for the time of the block, to this kernel. Yields its name.

    folder: where the notebooks lie that papermill has executed. environment: the variables of the client, a dict.
    """
    with tempfile.TemporaryDirectory() as place:
        spec = Path(place, "kernels", NAME, "kernel.json")
        spec.parent.mkdir(parents=True)
        argv = [sys.executable, __file__, "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": NAME, "language": "python"}), encoding="utf-8")
        before = environment.get("JUPYTER_PATH")
        environment.update({FOLDER: str(folder), "JUPYTER_PATH": os.pathsep.join(filter(None, [place, before]))})
        yield NAME


def recorded(first, folder):
    """The code cells of the executed notebook whose first one has this text. Raises LookupError where there is none."""
    for path in sorted(folder.glob("*.ipynb")):
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        if cells[0].source == first:
            return cells
    raise LookupError(f"papermill has executed no notebook that begins with {first!r}")


class Replay(Kernel):
    """Answers with recorded outputs, in the order of the notebook."""
    implementation, implementation_version, banner = NAME, "1", ""
    language_info = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py"}
    left = None  # the cells that are still to come

    def do_execute(self, code, silent, *more, **named):
        """Send what the next recorded cell with this text has sent; of an error also that the cell failed."""
        failed = None
        for output in self.outputs_of(code):
            kind = output.pop("output_type")
            self.send_response(self.iopub_socket, kind, output)
            failed = output if kind == "error" else failed
        if failed:
            return {"status": "error", "execution_count": self.execution_count, **failed}
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def outputs_of(self, code):
        """The outputs of the next recorded cell with this text; of an unknown lesson an error, of an unknown cell none."""
        if self.left is None:
            try:
                self.left = recorded(code, Path(os.environ[FOLDER]))
            except LookupError as error:
                return [{"output_type": "error", "ename": "LookupError", "evalue": str(error), "traceback": [str(error)]}]
        place = next((k for k, cell in enumerate(self.left) if cell.source == code), None)
        if place is None:
            return []
        found, self.left = self.left[place], self.left[place + 1:]
        return [dict(output) for output in found.outputs]


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=Replay)
