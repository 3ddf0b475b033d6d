"""A process for what lessons do to frameworks: it begins with both loaded and ends with its test."""
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

FRAMEWORKS = ["torch", "tensorflow", "keras"]


def one_process(tasks=None):
    """A pool of one process, or of one after another for so many `tasks` each; none has anything that this one did.

    On Linux they are forks of a process that has loaded the frameworks and has done nothing else. It lives as long as this
    one does, and may have been started in an earlier test: each fork is given the variables of today.
    """
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    if sys.platform == "linux":
        context.set_forkserver_preload(FRAMEWORKS)
    return ProcessPoolExecutor(1, context, initializer=with_variables, initargs=(dict(os.environ),),
                               max_tasks_per_child=tasks)


def with_variables(variables):
    """Give this process these environment variables, and no others."""
    os.environ.clear()
    os.environ.update(variables)
