"""Stands before the library of this name on a child's path: see lean in helpers/process.py."""
raise ModuleNotFoundError("this child starts without sklearn, to load TensorFlow sooner: "
                          "process.run(..., keep=[\"sklearn\"]) has it", name="sklearn")
