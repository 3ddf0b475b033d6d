"""Stands before the library of this name on a worker's path: see launch.environment."""
raise ModuleNotFoundError("workers of chapter 8 start without matplotlib: see WITHOUT in its launch.py", name="matplotlib")
