"""helpers.machine.packages: how large an installed package is, and what it brings along."""
from importlib import metadata

import packaging
import pytest

from helpers.machine import packages


def test_a_requirement_is_a_name_whatever_stands_behind_it():
    lines = ["numpy>=2,<3", "ml_dtypes (~=0.5)", "Jinja2; python_version >= '3.11'",
             "nvidia-nccl-cu13==2.30; sys_platform == 'linux'", "optree>=0.13; extra == 'optree'", "keras[tensorflow]>=3"]
    assert packages.required(lines) == ["jinja2", "keras", "ml-dtypes", "numpy", "nvidia-nccl-cu13"]


def test_the_size_of_a_package():
    assert packages.disk("packaging") > 100_000
    assert packages.megabytes("packaging") == pytest.approx(packages.disk("packaging") / 1e6)
    files = [file.locate() for file in metadata.files("packaging")]
    assert packages.disk("packaging") == sum(file.stat().st_size for file in files if file.is_file())
    assert packages.disk("no_such_module") is None and packages.megabytes("no_such_module") is None


def test_what_comes_with_a_package():
    import jinja2
    assert packages.comes_with(jinja2) == ["markupsafe"] and packages.comes_with(packaging) == []
