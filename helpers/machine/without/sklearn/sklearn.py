"""Stands before the library of this name on a child's path: see lean in helpers/process.py."""
raise ModuleNotFoundError("this child starts without sklearn, to load TensorFlow sooner: who starts it can have it "
                          "with keep=[\"sklearn\"]", name="sklearn")
