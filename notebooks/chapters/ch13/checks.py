"""Chapter 13: the checks of all its lessons."""
from chapters.ch13 import checks_a, checks_b, checks_c, checks_d

EXERCISES = {**checks_a.EXERCISES, **checks_b.EXERCISES, **checks_c.EXERCISES, **checks_d.EXERCISES}
