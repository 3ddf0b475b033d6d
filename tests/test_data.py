"""The shipped data: whole, split fairly, read in a fixed order, and refused with a clear line when damaged."""
import ast
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import family
import helpers
from chapters.ch00 import wheels
from chapters.ch07 import alice
from chapters.ch12 import music, published
from chapters.ch13 import converted
from chapters.ch14 import history
from conftest import needs
from helpers import data
from helpers.machine import fetched

MIDDLE = "2012633733466649"  # digits 55 to 70 of the 130 that every form asks for
FORM_STARTS = [0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the data that a test may damage; helpers.ROOT points to it."""
    shutil.copytree(helpers.ROOT / "data", tmp_path / "data")
    monkeypatch.setattr(helpers, "ROOT", tmp_path)
    return tmp_path / "data"


# --- the digits -----------------------------------------------------------------------------------------------------


def test_digits_have_the_promised_shapes_types_and_range():
    digits = data.digits()
    assert [array.shape for array in digits] == [(1415, 8, 8), (1415,), (382, 8, 8), (382,)]
    assert [array.dtype.name for array in digits] == ["float32", "int64", "float32", "int64"]
    for x, y in (digits[:2], digits[2:]):
        assert x.min() == 0 and x.max() == 1
        assert set(np.unique(x * 16)) == set(range(17)), "sixteenths, exactly"
        assert set(y) == set(range(10))


def test_the_first_sum_of_the_readme():
    """And what its picture says of a sum that stays a byte."""
    readme = (helpers.ROOT / "README.md").read_text(encoding="utf-8")
    ink = (data.digits().x_train[0] * 16).astype("uint8").sum()
    for said in (f"NumPy: {ink}, the ink", f"prints tensor({ink})", f"prints {ink % 256} as uint8"):
        assert said in readme


def test_digits_come_in_other_floating_types_and_in_no_other():
    assert data.digits("float64").x_train.dtype == np.float64
    assert np.array_equal(data.digits("float64").x_test, data.digits("float16").x_test), "no rounding in any of them"
    with pytest.raises(ValueError, match="floating type.*uint8"):
        data.digits("uint8")


def test_what_a_learner_changes_does_not_reach_the_next_reader():
    first = data.digits()
    first.x_train[:] = 7
    first.y_train[:] = 7
    assert data.digits().x_train.max() == 1 and len(set(data.digits().y_train)) == 10


def test_no_image_is_in_both_parts():
    digits = data.digits()
    train = {image.tobytes() for image in digits.x_train}
    assert not train & {image.tobytes() for image in digits.x_test}
    assert digits.x_test[0].tobytes() not in train and digits.x_train[0].tobytes() in train, "the comparison can fail"


def test_the_split_cuts_between_two_forms():
    digits = data.digits()
    text = "".join(map(str, [*digits.y_train, *digits.y_test]))
    borders = [*FORM_STARTS, len(text)]
    middles = [match.start() for match in re.finditer(MIDDLE, text)]
    assert len(middles) == 14, "every form holds this stretch once"
    assert all(borders[i] < middle < borders[i + 1] for i, middle in enumerate(middles))
    assert all(text.startswith(("0123456789", "1234567890"), start) for start in FORM_STARTS), "how a form begins"
    assert all(text[end - 2 : end] in ("98", "93", "08") for end in borders[1:]), "how a form ends"
    assert data.FIRST_TEST == FORM_STARTS[11] == len(digits.y_train)


def unevenness(y_train, y_test):
    """The spread, over the ten digits, of the share that is in the test."""
    train, test = np.bincount(y_train, minlength=10), np.bincount(y_test, minlength=10)
    return np.ptp(test / (train + test))


def test_the_classes_are_even_on_both_sides():
    digits = data.digits()
    assert unevenness(digits.y_train, digits.y_test) < 0.02
    ordered = np.sort(np.concatenate([digits.y_train, digits.y_test]))
    assert unevenness(ordered[:1415], ordered[1415:]) > 0.5, "the measure sees an uneven split"
    shares = np.bincount(digits.y_test) / np.bincount(np.concatenate([digits.y_train, digits.y_test]))
    assert 0.20 < shares.min() and shares.max() < 0.22, "what data/README.md says"


def test_the_export_gives_the_shipped_bytes(tmp_path):
    needs("sklearn")
    for folder in ("first", "second"):
        tool = helpers.ROOT / "data" / "scripts" / "export_digits.py"
        done = subprocess.run([sys.executable, tool, tmp_path / folder], capture_output=True, text=True, timeout=family.LONG)
        assert done.returncode == 0, done.stderr
        for name in ("images.npy", "labels.npy"):
            shipped = (helpers.ROOT / "data" / "digits" / name).read_bytes()
            assert (tmp_path / folder / name).read_bytes() == shipped
        lines = (helpers.ROOT / "data" / "SHA256SUMS").read_text().splitlines()
        assert set(done.stdout.splitlines()) == {line for line in lines if "digits/" in line}


# --- checksums ------------------------------------------------------------------------------------------------------


def test_every_data_file_but_the_texts_about_it_has_a_checksum():
    folder = helpers.ROOT / "data"
    listed = {line.split()[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    not_data = {"README.md", "SHA256SUMS", ".gitattributes"}
    assert listed == {name for name in found - not_data if not name.startswith("scripts/")}


def test_the_checksums_are_in_the_form_that_sha256sum_reads():
    for line in (helpers.ROOT / "data" / "SHA256SUMS").read_text().splitlines():
        assert re.fullmatch(r"[0-9a-f]{64}  \S+", line)


@pytest.mark.parametrize("name", ["digits/images.npy", "digits/labels.npy", "claims.csv"])
def test_a_changed_byte_is_refused(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[-5] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"^data/{name} is damaged .*git checkout data/{name}.*again\.$"):
        data.claims_table() if name == "claims.csv" else data.digits()


@pytest.mark.parametrize("name", ["digits/images.npy", "digits/labels.npy", "claims.csv", "SHA256SUMS"])
def test_a_missing_file_is_named_with_the_cure(copy, name):
    (copy / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"^data/{name} is missing: .*git checkout data/{name}.*again\.$"):
        data.claims_table() if name == "claims.csv" else data.digits()


def test_a_file_without_a_checksum_is_refused(copy):
    sums = (copy / "SHA256SUMS").read_text().splitlines(keepends=True)
    (copy / "SHA256SUMS").write_text("".join(line for line in sums if "labels" not in line))
    with pytest.raises(ValueError, match="no line for digits/labels.npy"):
        data.digits()


READERS = {
    "digits/images.npy": data.digits, "digits/labels.npy": data.digits, "claims.csv": data.claims_table,
    "wheels.csv": wheels.listed, "packages.csv": lambda: published.told("ludwig", "requires"), "tunes.abc": music.tunes,
    "fetched.toml": fetched.packages, "timeline.csv": history.timeline, "papers.csv": history.papers,
    "alice.txt": alice.text, "alice.safetensors": alice.trained_weights,
    "converters.csv": converted.rows,
}


def test_each_shipped_file_has_a_reader():
    assert READERS.keys() == {line.split()[1] for line in (helpers.ROOT / "data" / "SHA256SUMS").read_text().splitlines()}


@pytest.mark.parametrize("name", READERS)
def test_each_reader_refuses_a_changed_file(copy, name):
    """A word changed in a table that a verdict cites is no data any more."""
    READERS[name]()
    with open(copy / name, "ab") as file:
        file.write(b"\n")
    with pytest.raises(ValueError, match=rf"^data/{name} is damaged"):
        READERS[name]()


def around(code):
    """The lines of Python code that make a path into data/: `x / "data"`, or a text that begins with "data/" in a call."""
    for node in ast.walk(ast.parse(code)):
        slash = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        parts = [node.right] if slash and re.search("ROOT|parent", ast.unparse(node.left)) else []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "Path", "np.load", "np.loadtxt"):
            parts = node.args
        for part in parts:
            if isinstance(part, ast.Constant) and re.match(r"(\.\./)*data(/|$)", str(part.value)):
                yield ast.unparse(node)


@pytest.mark.parametrize("code, found", [
    ('file = open(ROOT / "data" / "packages.csv")', ["ROOT / 'data'"]), ('Path("../data/wheels.csv").read_text()',
    ["Path('../data/wheels.csv')"]), ('np.load("data/digits/images.npy")', ["np.load('data/digits/images.npy')"]),
    ('web.ask(url, "data/runs"); half = x / 2; open(folder / "digits.csv")', [])])
def test_a_way_around_is_seen(code, found):
    assert list(around(code)) == found


def test_nothing_in_data_is_read_around_its_checksum():
    """One place opens files of data/; all others ask it. (What lies in data/scripts writes them, and a learner's copy that
    lies elsewhere gets a link to the folder; tools/converters.py writes the table of what it measured; the program of
    2018 that chapter 13 runs reads files as programs did.)"""
    paths = [path for folder in ("helpers", "notebooks/chapters", "tools", "findings")
             for path in (helpers.ROOT / folder).rglob("*.py")]
    found = {path.relative_to(helpers.ROOT).as_posix() for path in paths if [*around(path.read_text(encoding="utf-8"))]}
    assert found == {"helpers/machine/shipped.py", "tools/work_copy.py", "tools/converters.py",
                     "notebooks/chapters/ch13/old_program.py"}


# --- batches --------------------------------------------------------------------------------------------------------

X, Y = np.arange(10) * 10, np.arange(10)


def order(size=4, seed=0, epoch=0):
    return [list(y) for _, y in data.batches(X, Y, size, seed, epoch)]


def test_batches_keep_pairs_hold_everything_once_and_end_short():
    batches = list(data.batches(X, Y, 4, seed=0, epoch=0))
    assert [len(y) for _, y in batches] == [4, 4, 2]
    assert all(np.array_equal(x, y * 10) for x, y in batches)
    assert sorted(np.concatenate([y for _, y in batches])) == list(range(10))


def test_seed_and_epoch_fix_the_order_and_each_changes_it():
    assert order() == order()
    assert order(seed=1) != order() and order(epoch=1) != order()
    assert order(seed=1, epoch=0) != order(seed=0, epoch=1), "seed and epoch are not simply added"
    assert sum(order(size=3), []) == sum(order(size=7), []), "the order does not depend on the size of a batch"


def test_the_order_is_the_same_whatever_happened_before():
    before = order()
    np.random.seed(3)
    np.random.rand(5)
    assert order() == before


def test_another_process_gets_the_same_order():
    code = "import numpy as np; from helpers import data; y = np.arange(10); " \
           "print([list(map(int, b)) for _, b in data.batches(y, y, 4, 0, 0)])"
    done = subprocess.run([sys.executable, "-c", code], cwd=helpers.ROOT, capture_output=True, text=True,
                          timeout=family.LONG)
    assert done.stdout.strip() == str([[int(i) for i in batch] for batch in order()]), done.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((X, Y[:-1], 4, 0, 0), "10 examples and y holds 9"),
        ((X, Y, 0, 0, 0), "size must be at least 1"),
        ((X, Y, 4, -1, 0), "seed and epoch at least 0"),
        ((X, Y, 4, 0, -1), "seed and epoch at least 0"),
    ],
)
def test_bad_arguments_fail_at_the_call(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.batches(*arguments)


def test_a_batch_size_with_a_fraction_is_refused():
    with pytest.raises(TypeError):
        data.batches(X, Y, 2.5, 0, 0)


# --- what the module may not do -------------------------------------------------------------------------------------


def test_reading_data_imports_neither_framework():
    code = "import sys; from helpers import data; data.digits(); data.claims_table(); " \
           "print([name for name in ('torch', 'tensorflow', 'keras', 'sklearn') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=helpers.ROOT, capture_output=True, text=True,
                          timeout=family.LONG)
    assert done.stdout.strip() == "[]", done.stderr
