"""Stands before the library of this name on a child's path: see lean in helpers/process.py."""
raise ModuleNotFoundError("this child starts without matplotlib, to load TensorFlow sooner: "
                          "process.run(..., keep=[\"matplotlib\"]) has it", name="matplotlib")
