"""Kernels that no other can get in the way of: papermill's, nbclient's and, by `pytest -p tools.own_sockets`, nbval's."""
import contextlib
import functools
import os
import tempfile
from pathlib import Path

from traitlets.config import Config

FILES = os.name != "nt"
"""Whether a socket can be a file here: Windows has none such."""


@contextlib.contextmanager
def own_sockets():
    """What configures the client of one kernel that no other can get in the way of, for the time of the block.

    Its sockets are files of a folder of its own, where there are such. Ports are chosen, and free, before the kernel binds
    them: of two that start side by side now and then one finds its port taken, and its lesson does not run.
    """
    settings = {"transport_encryption": "auto"}  # else each kernel warns that others could read along
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # the kernel, too, takes its files away
        if FILES:
            settings |= {"transport": "ipc", "ip": str(Path(folder, "socket"))}
        yield Config({"KernelManager": settings})


def pytest_configure(config):
    """nbval makes the client of a kernel without a configuration: it is given this one."""
    import nbval.kernel
    import pytest
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    own, patch = stack.enter_context(own_sockets()), stack.enter_context(pytest.MonkeyPatch.context())
    patch.setattr(nbval.kernel, "KernelManager", functools.partial(nbval.kernel.KernelManager, config=own))
