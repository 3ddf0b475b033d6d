"""Stands before the library of this name on a child's path: see lean in helpers/process.py."""
raise ModuleNotFoundError("this child starts without pandas, to load TensorFlow sooner: who starts it can have it "
                          "with keep=[\"pandas\"]", name="pandas")
