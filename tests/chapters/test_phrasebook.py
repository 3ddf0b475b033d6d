"""The phrasebook: every row says the same on all sides, a wrong phrase is found, and the page can be searched."""
import ast
import inspect
import re

import torch  # isort: skip  (before TensorFlow, as everywhere)
import keras
import numpy as np
import pytest
import tensorflow as tf
import torch.nn.functional as F
from matplotlib.backends.backend_agg import FigureCanvasAgg

import pipeline
from chapters.ch05 import backends, phrasebook
from chapters.ch05.phrasebook import ROWS, in_keras, in_tf, in_torch, page
from helpers import ROOT, parity, tf_side, torch_side

COLUMNS = {"in_torch": in_torch, "in_tf": in_tf, "in_keras": in_keras}
MEASURED = {row.name: "0" for row in ROWS}


def torch_says(function, seed):
    return phrasebook.say(function, phrasebook.inputs(seed, "NCHW"), torch_side.tensor, torch_side.to_numpy)


def tf_says(function, seed):
    to_numpy = tf_side.to_numpy if function.__module__.endswith("in_tf") else keras.ops.convert_to_numpy
    return phrasebook.say(function, phrasebook.inputs(seed, "NHWC"), tf_side.tensor, to_numpy)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_the_same_on_all_sides(row):
    """Under default settings, on float64 arrays: as closely as the dtypes of the answers allow."""
    for seed in (0, 1, 2):
        expected = torch_says(getattr(in_torch, row.name), seed)
        for column in (in_tf, in_keras):
            if hasattr(column, row.name):
                said = {row.name: tf_says(getattr(column, row.name), seed)}
                assert phrasebook.agreeing({row.name: expected}, said) == {row.name: True}


WRONG = {  # what one writes who takes a word of the other side, or a default, for granted
    "tile": lambda x: tf.repeat(x, 2, axis=0),
    "repeat_each": lambda x: tf.tile(x, (2, 1)),
    "split_in_3": lambda x: tf.split(x, 2, axis=1),
    "reorder_axes": lambda seq: tf.transpose(seq),
    "pad_end": lambda x: tf.pad(x, [(0, 2), (0, 0)]),
    "one_per_row": lambda x, label: tf.gather(x, label, axis=1),
    "largest_at": lambda x: tf.argmax(x),
    "std": lambda x: tf.math.reduce_std(x),
    "sample_std": lambda x: tf.math.reduce_std(x, axis=1),
    "leaky_relu": lambda x: tf.nn.leaky_relu(x),
    "gelu": lambda x: keras.ops.gelu(x),
    "layer_norm": lambda x: keras.layers.LayerNormalization()(x),
    "dropout_off": lambda x: keras.layers.Dropout(0.5)(x, training=True),
    "conv": lambda image, kernel: tf.nn.conv2d(image, tf.transpose(kernel, (1, 0, 2, 3)), strides=1, padding="VALID"),
    "attention": lambda query, key: keras.layers.Attention()([query, key, key]),
    "cross_entropy": lambda x, label: keras.losses.SparseCategoricalCrossentropy()(label, x),
    "binary_cross_entropy": lambda x, target: keras.losses.BinaryCrossentropy()(target, x),
    "singular_values": lambda x: tf.linalg.svd(x)[1],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_phrase_is_found(name):
    """The notes' false friends: each differs in shape or by far more than the row's tolerance."""
    row = next(row for row in ROWS if row.name == name)
    expected = torch_says(getattr(in_torch, name), 0)
    if name == "dropout_off":
        tf.random.set_seed(0)
        keras.utils.set_random_seed(0)
    try:
        gap = phrasebook.gap(name, expected, tf_says(WRONG[name], 0))
    except parity.ParityError as error:
        assert "shapes" in str(error) or "NaN" in str(error)
    else:
        assert gap > 10 * max(row.atol, phrasebook.SINGLE), f"{name}: no longer a false friend, mend its note"


def test_a_column_agrees_within_the_limit_of_its_dtype():
    here = {"relu": np.array([1.0]), "gelu": np.array([1.0])}
    near = {"relu": np.array([1.0 + 1e-9]), "gelu": np.array([1.0 + 1e-8])}
    single = {name: value.astype("float32") for name, value in near.items()}
    assert phrasebook.agreeing(here, near) == {"relu": False, "gelu": True}
    assert phrasebook.agreeing(here, near, single=True) == {"relu": True, "gelu": True}
    assert phrasebook.agreeing(here, single) == {"relu": True, "gelu": True}
    assert not phrasebook.agreeing(here, {"relu": np.array([1.001], "float32")})["relu"]
    assert phrasebook.measured(here, near, {"gelu": here["gelu"]}) == {"relu": "1e-09", "gelu": "1e-08"}
    assert phrasebook.measured({"relu": here["relu"]}, {"relu": here["relu"].astype("float32")}) == {
        "relu": "0 (float64, float32)"}


def error_of(phrase, *arguments):
    """The name of the error that a phrase raises, or None."""
    try:
        phrase(*arguments)
    except Exception as error:
        return type(error).__name__


def test_what_the_notes_say_of_integers_equals_and_minus_one():
    minus, rows = np.array([-1]), np.arange(6.0).reshape(1, 6)
    whole = np.array([[1, 2]])
    assert error_of(in_torch.mean_keep_axis, torch.tensor(whole)) == "RuntimeError"
    assert in_tf.mean_keep_axis(tf.constant(whole)).numpy() == 1
    assert in_torch.rows_by_number(torch.tensor(rows.T), torch.tensor(minus)) == 5
    assert in_keras.rows_by_number(rows.T, minus).numpy() == 5
    assert error_of(in_torch.one_hot, torch.tensor(minus)) == "RuntimeError"
    assert not in_tf.one_hot(tf.constant(minus)).numpy().any() and not in_keras.one_hot(minus).numpy().any()
    assert error_of(in_torch.one_per_row, torch.tensor(rows), torch.tensor(minus)) == "RuntimeError"
    assert in_keras.one_per_row(rows, minus).numpy() == 5
    assert error_of(in_torch.embedding, torch.tensor(minus), torch.tensor(rows.T)) == "IndexError"
    assert in_keras.embedding(minus, rows.T).numpy() == 5
    with tf.device("CPU"):
        assert error_of(in_tf.rows_by_number, tf.constant(rows.T), tf.constant(minus)) == "InvalidArgumentError"
        assert error_of(in_tf.one_per_row, tf.constant(rows), tf.constant(minus)) == "InvalidArgumentError"
        assert error_of(in_tf.embedding, tf.constant(minus), tf.constant(rows.T)) == "InvalidArgumentError"
    equal = np.ones((1, 40))
    assert tf.math.top_k(equal, 2).indices.numpy().tolist() == [[0, 1]]
    assert torch.tensor([1.0, np.nan, 3.0]).argmax() == 1


def test_what_the_notes_say_of_losses_and_gradients():
    four = np.arange(4.0)
    with pytest.warns(UserWarning, match="broadcast"):
        assert in_torch.squared_error(torch.tensor(four[:, None]), torch.tensor(four)) == 2.5
    assert in_tf.squared_error(tf.constant(four[:, None]), tf.constant(four)).numpy() == 2.5
    assert in_keras.squared_error(four[:, None], four).numpy() == 0
    scores, left_out = torch.tensor([[2.0, 0.0], [0.0, 5.0]]), torch.tensor([0, -100])
    assert in_torch.cross_entropy(scores, left_out) == in_torch.cross_entropy(scores[:1], left_out[:1])
    leaky = [tf.nn.leaky_relu([-1.0]), keras.ops.leaky_relu(np.array([-1.0], "float32")), keras.layers.LeakyReLU()(
        np.array([-1.0], "float32"))]
    assert [round(float(value[0]), 6) for value in leaky] == [-0.2, -0.2, -0.3]
    weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    weight.grad = torch.tensor([3.0, 4.0], dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    assert weight.grad.norm() == pytest.approx(5 / (5 + 1e-6), rel=1e-12)


def with_trap(trap, layout):
    """The table's inputs, but with integers for real numbers, with nothing in the batch, or with a number out of range."""
    arrays = phrasebook.inputs(0, layout)
    numbers = [name for name, array in arrays.items() if array.dtype == np.float64]
    if trap == "integers":
        return arrays | {name: np.rint(3 * arrays[name]).astype("int64") for name in numbers}
    if trap == "an empty batch":
        return arrays | {name: arrays[name][:0] for name in ("x", "y", "target", "label")}
    for name, size in (("label", 6), ("index", 4), ("tokens", 10)):
        arrays[name] = arrays[name].copy()
        arrays[name].flat[0] = -1 if trap == "-1" else size
    return arrays


def answer(column, name, arrays):
    """What a column says in a row, on the CPU, as float64 with images NCHW; None where it raises an error or has no row."""
    side = (torch_side.tensor, torch_side.to_numpy) if column == "in_torch" else (
        tf_side.tensor, keras.ops.convert_to_numpy)
    try:
        with tf.device("CPU"):
            value = phrasebook.say(getattr(COLUMNS[column], name), arrays, *side).astype("float64")
    except Exception:  # whatever it is: it is told, so it misleads nobody
        return None
    return value.transpose(0, 3, 1, 2) if column != "in_torch" and value.ndim == 4 and name in phrasebook._IMAGES else value


def misled(trap):
    """{row: columns} whose answer is another than PyTorch's, or that answer what PyTorch refuses.

    PyTorch's answer to integers is that to the same numbers as float64.
    """
    found, given = {}, {column: with_trap(trap, "NCHW" if column == "in_torch" else "NHWC") for column in COLUMNS}
    meant = given["in_torch"]
    if trap == "integers":
        meant = {key: array if key in ("label", "index", "tokens") else array.astype("float64")
                 for key, array in meant.items()}
    for name in phrasebook.NAMES:
        right = answer("in_torch", name, meant)
        for column in COLUMNS:
            value = answer(column, name, given[column])
            if value is not None and not (right is not None and right.shape == value.shape
                                          and np.allclose(right, value, atol=1e-4, equal_nan=True)):
                found.setdefault(name, []).append(column)
    return found


LOSSES = ("cross_entropy", "binary_cross_entropy", "squared_error", "absolute_error", "huber")
MISLED = {
    "integers": {"mean_keep_axis": ["in_tf"], "mean_of_image": ["in_tf"], "squared_error": ["in_tf"],
                 "absolute_error": ["in_tf"], "layer_norm": ["in_tf", "in_keras"], "mean_pool": ["in_torch"],
                 "gradient": ["in_tf"], "stop_gradient": ["in_tf"], "jacobian": ["in_tf"]},
    "-1": {"one_hot": ["in_tf", "in_keras"], "one_per_row": ["in_keras"], "embedding": ["in_keras"]},
    "too large": {"one_hot": ["in_tf", "in_keras"]},
    "an empty batch": dict.fromkeys(LOSSES, ["in_keras"]) | {"huber": ["in_tf", "in_keras"]},
}


@pytest.mark.filterwarnings("ignore")  # some sides warn of such data, which is no error
@pytest.mark.parametrize("trap", MISLED)
def test_data_that_mislead_a_column_stand_in_the_notes(trap):
    """In which rows a column answers something else in silence: these, no others, and each note says so."""
    assert misled(trap) == MISLED[trap]
    for row in ROWS:
        if row.name in MISLED[trap]:
            assert trap in row.note.lower(), row.name


def test_what_the_notes_say_of_small_integers_and_of_one_number():
    small = np.array([[200, 100]], "uint8")
    assert in_torch.sum_rows(torch.tensor(small)) == 300 and in_keras.sum_rows(small).numpy() == 300
    assert in_tf.sum_rows(tf.constant(small)).numpy() == 44
    assert in_torch.running_sum(torch.tensor(small)).tolist() == [[200, 300]]
    assert in_tf.running_sum(tf.constant(small)).numpy().tolist() == [[200, 44]]
    assert in_keras.running_sum(small).numpy().tolist() == [[200, 44]]
    one = np.array([[1.0]])
    with pytest.warns(UserWarning, match="degrees of freedom"):
        assert in_torch.sample_std(torch.tensor(one)).isnan()
    assert error_of(in_tf.sample_std, tf.constant(one)) == error_of(in_keras.sample_std, one) == "ZeroDivisionError"


def test_what_the_notes_say_of_unequal_ranks_in_other_losses():
    column, four = np.arange(4.0)[:, None], np.arange(4.0)
    for name in ("absolute_error", "huber"):
        with pytest.warns(UserWarning, match="broadcast"):
            assert getattr(in_torch, name)(torch.tensor(column), torch.tensor(four)) > 0.8
        assert getattr(in_keras, name)(column, four).numpy() == 0
    assert in_tf.absolute_error(tf.constant(column), tf.constant(four)).numpy() == 1.25
    assert error_of(in_torch.binary_cross_entropy, torch.tensor(column), torch.tensor(four)) == "ValueError"
    assert error_of(in_tf.binary_cross_entropy, tf.constant(column), tf.constant(four)) == "ValueError"
    assert error_of(in_keras.binary_cross_entropy, column, four) is None
    scores, left_out = np.zeros((2, 3)), np.array([0, -100])
    with tf.device("CPU"):
        assert error_of(in_tf.cross_entropy, tf.constant(scores), tf.constant(left_out)) == "InvalidArgumentError"
        assert error_of(in_keras.cross_entropy, scores, left_out) == "InvalidArgumentError"


def test_what_pytorch_promises_of_a_nan():
    """The others promise nothing, so nothing is asked of them here."""
    row = torch.tensor([[1.0, np.nan, 3.0, 2.0]])
    assert in_torch.sort_down(row)[0, 0].isnan() and in_torch.sort_order(row)[0].tolist() == [0, 3, 2, 1]
    assert in_torch.top_2(row)[0, 0].isnan() and in_torch.largest_at(row) == 1
    assert in_torch.max_pool(row.reshape(1, 1, 2, 2)).isnan()


def test_one_infinite_gradient():
    inf, one = np.array([np.inf, 1.0]), np.array([1.0])
    first, second = in_torch.clip_gradients(torch.tensor(inf), torch.tensor(one))
    assert first.isnan().tolist() == [True, False] and first[1] == second == 0
    with np.errstate(invalid="ignore"):
        assert all(np.isnan(part).all() for part in in_tf.clip_gradients(tf.constant(inf), tf.constant(one)))


def test_flatten_in_a_functional_model_is_the_layer():
    start = keras.Input((2, 3))
    assert error_of(in_tf.flatten, start) == "ValueError"
    assert in_keras.flatten(start).shape == (None, 6)


@pytest.mark.parametrize("name", ["flatten", "sample_std", "layer_norm", "enlarge"])
def test_a_phrase_is_not_bound_to_the_sizes_of_the_table(name):
    rng = np.random.default_rng(0)
    shape = {"flatten": (3, 2, 4), "enlarge": (2, 3, 7, 9)}.get(name, (3, 9))
    array = rng.normal(size=shape)
    mine = torch_side.to_numpy(getattr(in_torch, name)(torch.tensor(array)))
    array = array.transpose(0, 2, 3, 1) if name == "enlarge" else array
    for column in (in_tf, in_keras):
        assert phrasebook.gap(name, mine, np.asarray(getattr(column, name)(tf.constant(array)))) < phrasebook.SINGLE


def test_flatten_serves_in_a_graph_of_unknown_batch_size():
    graph = tf.function(in_tf.flatten, input_signature=[tf.TensorSpec([None, 2, 3])])
    assert graph(tf.zeros((4, 2, 3))).shape == (4, 6)


def test_defaults_of_pytorch_that_the_notes_name():
    x = torch.tensor([[-1.0, 2.0, 5.0]])
    assert torch.allclose(F.leaky_relu(x), F.leaky_relu(x, 0.01))
    assert torch.argmax(x.repeat(2, 1)).ndim == 0
    assert torch.allclose(x.std(), x.std(correction=1)) and not torch.allclose(x.std(), x.std(correction=0))
    assert torch.flatten(torch.zeros(2, 3)).shape == (6,)
    with pytest.raises(RuntimeError, match="same"):
        F.conv2d(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 3, 3), stride=2, padding="same")


def test_tensorflow_rounds_what_the_wide_rows_say_it_rounds():
    """Two rows have a tolerance of 1e-7; with the constant rounded on PyTorch's side too they need only 1e-15."""
    wide = {row.name for row in ROWS if row.atol > 1e-10}
    assert wide == {"leaky_relu", "gelu"}
    x = phrasebook.inputs(0, "NCHW")["x"]
    half = float(np.float32(0.5**0.5))
    here = {"leaky_relu": F.leaky_relu(torch.tensor(x), float(np.float32(0.01))),
            "gelu": torch.tensor(x) / 2 * (1 + torch.erf(torch.tensor(x) * half))}
    for name, value in here.items():
        there = tf_says(getattr(in_tf, name), 0)
        assert phrasebook.gap(name, torch_side.to_numpy(value), there) < 1e-15


def test_columns_have_the_same_names_in_the_same_order_with_the_same_arguments():
    def arguments(name):
        return {key: tuple(inspect.signature(function).parameters) for key, function in vars(COLUMNS[name]).items()
                if inspect.isfunction(function) and function.__module__ == COLUMNS[name].__name__}
    assert len(set(phrasebook.NAMES)) == len(ROWS)
    source, = pipeline.sources(["05e"])
    assert f"# {len(ROWS)} things" in source.read_text(encoding="utf-8")
    assert f"| {len(ROWS)} rows" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert list(arguments("in_torch").items()) == list(arguments("in_tf").items())
    assert tuple(arguments("in_torch")) == phrasebook.NAMES
    assert arguments("in_keras").items() <= arguments("in_torch").items()
    assert list(arguments("in_keras")) == [name for name in phrasebook.NAMES if hasattr(in_keras, name)]


@pytest.mark.parametrize("column", COLUMNS)
def test_the_text_that_a_reader_copies_is_the_code_that_ran(column):
    texts = phrasebook.texts(column)
    for name, text in texts.items():
        body = ast.parse(inspect.getsource(getattr(COLUMNS[column], name))).body[0].body
        body[-1] = ast.Expr(body[-1].value)
        assert [ast.dump(node) for node in ast.parse(text).body] == [ast.dump(node) for node in body], text
        assert max(map(len, text.splitlines())) <= 90, f"{name}: too long for the table"


@pytest.mark.parametrize("source, phrase", [
    ('def f(x): return say("return x", x)', 'say("return x", x)'),
    ('def f(x):\n    y = say("return x")\n    return (y +\n            x)\n', 'y = say("return x")\n(y +\n        x)')])
def test_a_phrase_is_all_of_the_body_but_the_word_return(source, phrase):
    assert phrasebook._phrase(source, ast.parse(source).body[0]) == phrase


def test_inputs_hold_the_same_numbers_in_both_layouts():
    nchw, nhwc = phrasebook.inputs(3, "NCHW"), phrasebook.inputs(3, "NHWC")
    assert nchw.keys() == nhwc.keys()
    np.testing.assert_array_equal(nhwc["image"].transpose(0, 3, 1, 2), nchw["image"])
    np.testing.assert_array_equal(nhwc["kernel"].transpose(3, 2, 0, 1), nchw["kernel"])
    with pytest.raises(ValueError, match="NCHW"):
        phrasebook.inputs(0, "CHWN")


def test_the_page_holds_every_row_and_nothing_from_the_web(tmp_path):
    html, sheet = page.write(tmp_path / "new", MEASURED)
    text = html.read_text(encoding="utf-8")
    assert text.count('<tr class="phrase">') == len(ROWS)
    assert not re.search(r"https?://|src=|<link", text)
    assert text.isascii() or '<meta charset="utf-8">' in text
    assert re.search(rb"/Count 1\b", sheet.read_bytes()), "the cheat sheet has one page"


def test_no_text_of_the_cheat_sheet_runs_into_the_next_block_or_off_the_page():
    fig = page._sheet()
    FigureCanvasAgg(fig).draw()  # it measures all texts; without one, each text keeps a renderer of its own, of 8 MB
    width, height = fig.bbox.width, fig.bbox.height
    boxes = [text.get_window_extent() for text in fig.texts if text.get_text().strip()]
    assert all(box.y0 > 0 and box.x1 < width for box in boxes)
    for box in boxes:
        if box.y1 < 0.95 * height:  # below the title
            block = int((box.x0 / width - 0.02 + 1e-6) / 0.245)
            assert box.x1 / width < 0.02 + 0.245 * (block + 1)


@pytest.mark.browser
def test_the_table_can_be_searched_and_is_whole_without_javascript(tmp_path, browser):
    html, _ = page.write(tmp_path, MEASURED)
    for scripts in (True, False):
        tab = browser.new_context(java_script_enabled=scripts, offline=True).new_page()
        tab.goto(html.as_uri())
        assert tab.locator("tr.phrase:visible").count() == len(ROWS)
        assert tab.locator("input").is_visible() == scripts
        if scripts:
            tab.get_by_label("Search the phrasebook").fill("Repeat TILE")
            assert tab.locator("tr.phrase:visible").count() == 1
            assert tab.locator("output").inner_text() == "1 row"
            assert tab.locator("tr.topic:visible").count() == 1
            tab.get_by_label("Search the phrasebook").fill("no such word")
            assert tab.locator("tr.phrase:visible").count() == 0


@pytest.fixture(scope="module")
def on_pytorch():
    """What the Keras column says where Keras runs on PyTorch."""
    return backends.phrases(backends.run("torch", {"seed": 0}, worker="keras_phrases"))


@pytest.mark.slow
def test_the_keras_column_runs_on_pytorch_too(on_pytorch):
    """To single precision: on PyTorch, Keras computes much in float32."""
    expected = {row.name: torch_says(getattr(in_torch, row.name), 0) for row in ROWS}
    assert on_pytorch.keys() == {row.name for row in ROWS if hasattr(in_keras, row.name)}
    assert all(phrasebook.agreeing(expected, on_pytorch, single=True).values())
    other = {**on_pytorch, "relu": on_pytorch["relu"] + 1e-4}
    assert [name for name, agrees in phrasebook.agreeing(expected, other, single=True).items() if not agrees] == ["relu"]
