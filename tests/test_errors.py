"""helpers.errors: the telling line of an error, and the frames of a log that are a script's own."""
import pytest

from helpers import errors, show


@pytest.mark.parametrize("error, expected", [
    (ValueError("in user code:\n\n  File x\n\n ValueError: Dimensions must be equal for '{{node m}} = M'\n"),
     "`ValueError`: Dimensions must be equal for '= M'"),
    (RuntimeError("fake tensor call\n  Explanation: failed: got RuntimeError('a and b must fit')\n"),
     "`RuntimeError`: a and b must fit"),
    (RuntimeError("first\nsecond"), "`RuntimeError`: first"),
    (AttributeError("in user code:\n\n  File x\n\n  AttributeError: has no numpy\n"), "`AttributeError`: has no numpy"),
    (KeyError(), "`KeyError`: ")])
def test_the_gist_of_an_error(error, expected):
    assert errors.gist(error) == expected == show.gist(error)


COMPILE = """C++ compile error

Command:
g++ /tmp/{0}/c4.cpp -D SOME -O3 -Wall -include /tmp/x.h -I/usr/include -I{1}/torch/include -o /tmp/{0}/c4.so -L{1}/lib

Output:
/usr/bin/ld: cannot find -ltorch: No such file or directory
"""


@pytest.mark.parametrize("cache, packages, said", [
    ("cache", "/home/ada/my own course/.venv", "the path '/home/ada/my own course' holds a space"),
    ("ada l/cache", "/usr/lib", "the path '/tmp/ada l' holds a space"),
    ("cache", "/usr/lib", "`RuntimeError`: C++ compile error")])
def test_a_space_in_a_path_is_named_and_no_compiler_is_blamed(cache, packages, said):
    text = COMPILE.format(cache, packages)
    assert said in errors.gist(RuntimeError(text))
    assert errors.split_path(text) in errors.gist(RuntimeError(text))
    assert errors.split_path(text.replace("C++ compile error", "another error")) == ""


@pytest.mark.parametrize("said, first, last", [
    ("\n one\n two \n\n", "one", " two"), (ValueError("a\nb"), "a", "b"), ("", "no message", "no message"),
    (KeyError("k"), "'k'", "'k'")])
def test_the_first_and_the_last_line(said, first, last):
    assert (errors.first_line(said), errors.last_line(said)) == (first, last)


LOG = """starting
Traceback (most recent call last):
  File "/a/worker.py", line 1, in <module>
    outer()
KeyError: 'first'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/a/worker.py", line 3, in outer
    inner()
  File "/lib/json.py", line 9, in loads
    raise ValueError
ValueError: second
with a line more
"""


def test_of_a_log_the_last_traceback_its_own_frames_and_the_whole_text_of_the_error():
    assert errors.own_frames(LOG, "/a/worker.py") == (
        '  File "worker.py", line 3, in outer\n    inner()\nValueError: second\nwith a line more')
    assert errors.own_frames(LOG, "/elsewhere.py").startswith('  File "/lib/json.py", line 9')
    assert errors.own_frames("one\ntwo\n", "/a/worker.py") == "one\ntwo" and "nothing" in errors.own_frames("", "x.py")


def test_tracebacks_of_several_ranks_are_told_apart():
    log = "[rank1]: Traceback (most recent call last):\n[rank1]: KeyError\nTraceback (most recent call last):\nValueError\n"
    assert [block.splitlines()[-1] for block in errors.tracebacks("noise\n" + log)] == ["[rank1]: KeyError", "ValueError"]
    assert errors.tracebacks("no traceback") == []
