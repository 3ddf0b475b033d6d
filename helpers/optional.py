"""Packages that single sections of a chapter use: where one is missing, the cells that need it are skipped and say so."""
import importlib.util

from . import missing, session

PACKAGES = {"pyro": "pyro-ppl", "gymnasium": "gymnasium", "mido": "mido", "sonnet": "dm-sonnet"}
"""{import name: what pip calls it}; `missing.PACKAGES` has the names that a reader sees."""


def skip_where_missing(*modules):
    """Skip the cells that need one of these modules (keys of PACKAGES) where it is not installed; print which, and the cure.

    Raises KeyError for a module that is not in PACKAGES.
    """
    pip = {name: PACKAGES[name] for name in modules}
    absent = [name for name in pip if importlib.util.find_spec(name) is None]
    if absent:
        missing.skip_cells_that_need(session.not_installed() + absent)
    for name in absent:
        print(f"{missing.PACKAGES[name]} is not installed: cells that need it are skipped, and what they would have "
              f"measured is NOT MEASURED. To install it: python -m pip install {pip[name]}")
