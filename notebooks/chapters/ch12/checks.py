"""Chapter 12: the checks of both lessons."""
from chapters.ch12 import checks_a, checks_b

EXERCISES = {**checks_a.EXERCISES, **checks_b.EXERCISES}
