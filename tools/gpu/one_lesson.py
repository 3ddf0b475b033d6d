"""One lesson as `make run` executes it, its result as a line of JSON: `python tools/gpu/one_lesson.py 05a gpu`."""
import json
import sys

import nbformat

import pipeline
from helpers import build_dir

lesson, device = sys.argv[1:]
source = pipeline.sources([lesson])[0]
verdicts = pipeline.run(source, {"device": device})
book = nbformat.read(build_dir() / "executed" / f"{source.stem}.ipynb", 4)
said = ["".join(output.get("text", "") for output in cell.outputs) for cell in book.cells if cell.cell_type == "code"]
print(json.dumps({"verdicts": verdicts, "cells": len(said), "cells skipped": sum("skipped: " in text for text in said)}))
