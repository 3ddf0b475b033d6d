"""Chapter 13: the checks of all its lessons."""
from chapters.ch13 import checks_b

EXERCISES = {**checks_b.EXERCISES}
