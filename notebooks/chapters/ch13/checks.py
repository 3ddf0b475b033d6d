"""Chapter 13: the checks of its lessons."""
from chapters.ch13 import checks_a

EXERCISES = {**checks_a.EXERCISES}
