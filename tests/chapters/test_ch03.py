"""Chapter 3: verdicts turn when what they saw does; the checks' inputs meet every case; what prose and quiz say is run."""
import math
from contextlib import redirect_stderr
from io import StringIO

import numpy as np
import pytest
import tensorflow as tf
import torch

import cells
import family
from chapters.ch03 import checks, exhibits, exhibits_tf, exhibits_torch, figures
from helpers import process, show, tf_side, torch_side  # noqa: F401, the checks find the sides among the loaded modules
from helpers.course import quiz
from helpers.timing import FirstAndLater

slow = pytest.mark.slow


def keep(graph, inputs):
    return graph.forward


def folded(lesson, what):
    """The text of the folded cell whose caption begins so."""
    sources = [cell.source for cell in cells.read(lesson, cells.pipeline.learner)]
    return next(source for source in sources if source.startswith(f"# Folded: {what}"))


# --- verdicts and outcomes on planted numbers -----------------------------------------------------------------------

@pytest.mark.parametrize("eager_tf, made_torch, word", [(3, 1, "NO LONGER"), (1, 1, "HELD"), (1, 0, "HELD")])
def test_c23(eager_tf, made_torch, word):
    judged = cells.judge("03a", folded("03a", "compares how often Python ran"), made_torch=made_torch, made_tf=1,
                         eager_tf=eager_tf, captured_torch=3, captured_tf=1)
    assert judged == {"C23": word}


class Shown:
    """A tensor with a number, as a debugger sees it."""
    numpy = None


@pytest.mark.parametrize("eager, off, changed, word", [
    (3, 3, 0.01, "NO LONGER"), (3, 3, 0.1, "PARTLY"), (3, 0, 0.01, "PARTLY"), (0, 0, 0.1, "HELD")])
def test_c22(eager, off, changed, word):
    seen = {"eager": [Shown()] * eager + [None], "captured": [None], "switched off": [Shown()] * off}
    found = cells.judge("03b", "obeyed", seen_tf=seen, changed_tf=[changed, 0.1], changed_torch=[changed], exhibits=exhibits)
    assert found == {"C22": word, "C16b": "OPINION" if changed == 0.01 else "NOT MEASURED"}


def race(gain):
    """A race that TensorFlow's better graph wins with such a gain."""
    eager, plain, translated = FirstAndLater(1.0, 1e-3), FirstAndLater(2.0, 2e-3), FirstAndLater(3.0, 1e-3 / gain)
    return {"eager": eager, "tf.function": plain, "XLA": translated}


@pytest.mark.parametrize("gain, letter", [(1.2, "a"), (4.0, "b"), (20.0, "c")])
def test_large_products_and_training_by_the_clock(capsys, gain, letter):
    same = {"exhibits": exhibits, "sizes": [4, 512]}
    assert cells.judge("03c", "few_large", asks=["P3.5"], large_result_torch=np.ones(2), large_result_tf=np.ones(2),
                       few_tf={512: race(gain)}, **same) == {"P3.5": letter}
    assert cells.judge("03c", "trained", asks=["P3.7"], loss_torch=2.0, loss_tf=2.0, training_tf=race(gain),
                       training_torch=race(1.0), **same) == {"P3.7": letter}
    assert f"the run says, by the clock, {letter}" in capsys.readouterr().out


@pytest.mark.parametrize("of_torch, of_tf, letter", [(3.0, 3.0, "a"), (1.1, 3.0, "b"), (3.0, 1.1, "c"), (0.9, 1.1, "d")])
def test_what_nobody_needs_by_the_clock(of_torch, of_tf, letter):
    assert cells.judge("03c", "saved_tf", asks=["P3.6"], thrice_seconds_torch=race(of_torch), thrice_seconds_tf=race(of_tf),
                       exhibits=exhibits) == {"P3.6": letter}


def step(milliseconds, share):
    """A step of two branches that takes so long; for such a share of a branch's time both of them run."""
    each = milliseconds / (2 - share)
    return [["a", 0, each, "forward"], ["b", milliseconds - each, milliseconds, "back"]]


@pytest.mark.parametrize("one, side, inside, word", [
    (step(10, 0), step(6, 0.9), step(10, 0), "HELD"), (step(10, 0), step(6, 0.9), step(6, 0), "PARTLY"),
    (step(10, 0), step(10, 0.9), step(6, 0), "PARTLY"), (step(10, 0.5), step(10, 0.9), step(6, 0), "NO LONGER"),
    (step(10, 0), step(10, 0.2), step(10, 0), "NO LONGER")])
def test_c26(capsys, one, side, inside, word):
    runs = {"one": one, "side": side, "inside": inside}
    assert cells.judge("03d", "alone", runs_tf=runs, exhibits=exhibits) == {"C26": word}
    said = capsys.readouterr().out
    assert f"C26 {word} (by the clock)" in said and said.count("(timed)") == 3


def museum(**changed):
    return {"results": [[[0.5]], [[0.25]]], "unchanged": True, "said": "<tf.Tensor 'next_h:0'>"} | changed


@pytest.mark.parametrize("results, unchanged, words", [
    ([[[0.5]], [[0.25]]], True, ("NO LONGER", "HELD")), ([[[0.5]], [[0.5]]], True, ("PARTLY", "NO LONGER")),
    ([[[0.5]], [[0.25]]], False, ("NO LONGER", "NO LONGER"))])
def test_c24_and_c25(results, unchanged, words):
    found = cells.judge("03d", "with_session", museum=museum(results=results, unchanged=unchanged), tf=tf,
                        next_tf=[np.array([[0.5]]), np.array([[0.25]])])
    assert (found["C24"], found["C25"]) == words


def test_c13_c21_and_c27():
    moments = [exhibits_torch.Moment("", "", 0.0, set(range(size)), False, True) for size in (3, 6, 9)]
    sizes = {"moments": [*moments, moments[-1]]}
    assert cells.judge("03d", "grows", **sizes) == {"C27": "HELD"}
    assert cells.judge("03d", "grows", moments=[moments[0], *sizes["moments"]]) == {"C27": "NO LONGER"}
    for halvings, words in (([3, 6], ("HELD", "NO LONGER")), ([3, 3], ("NO LONGER", "PARTLY"))):
        texts = [folded("03d", f"judges whether {name}'s graph is") for name in ("PyTorch", "TensorFlow")]
        found = cells.judge("03d", *texts, halvings_torch=halvings, halvings_tf=halvings, tf=tf)
        assert (found["C13"], found["C21"]) == words


# --- what the text says and no cell shows ---------------------------------------------------------------------------

@pytest.mark.parametrize("dynamic, counts", [(None, [1, 2, 2, 3, 4, 4]), (True, [1, 1, 1, 2, 3, 3])])
def test_a_size_of_0_and_of_1_have_graphs_of_their_own(dynamic, counts):
    """After batches of 4, 5, 6, 1, 0 and 7 (lessons 3a.5 and 3c.1)."""
    graphs = []

    def keep(graph, inputs):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    double, found = torch.compile(lambda x: x * 2, backend=keep, dynamic=dynamic), []
    for size in (4, 5, 6, 1, 0, 7):
        double(torch.ones(size, 3))
        found.append(len(graphs))
    torch.compiler.reset()
    assert found == counts


def test_the_switch_of_lesson_3b_does_not_reach_into_tf_data():
    calls = []
    tf.config.run_functions_eagerly(True)
    try:
        with pytest.warns(UserWarning, match="tf.data.experimental.enable_debug_mode"):
            assert len(list(tf.data.Dataset.range(5).map(lambda x: calls.append(1) or x))) == 5
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(calls) == 1, "traced, not run for each element"


def test_export_refuses_an_if_on_data_and_takes_cond():
    """What the glossary says of AutoGraph; by default the refusal does not name `torch.cond`."""
    class Asks(torch.nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    class Says(torch.nn.Module):
        def forward(self, x):
            return torch.cond(x.sum() > 0, lambda x: x + 1, lambda x: x - 1, (x,))

    with pytest.raises(Exception, match="data-dependent") as refused, redirect_stderr(StringIO()):
        torch.export.export(Asks(), (torch.ones(3),))
    assert "torch.cond" not in str(refused.value)
    exported = torch.export.export(Says(), (torch.ones(3),)).module()
    assert exported(-torch.ones(3)).tolist() == [-2, -2, -2]


def test_a_tf_function_makes_a_variable_at_its_first_call_only():
    @tf.function
    def each(x):
        return tf.Variable(1.0) * x

    with pytest.raises(ValueError, match="tf.Variable"):
        each(tf.constant(1.0))


# --- answers --------------------------------------------------------------------------------------------------------

def judge(key, answer):
    """None for a right answer, else the cause."""
    return checks.EXERCISES[key].judge(answer)


@tf.function
def root_all(a):
    x = (a + 1) / 2
    while tf.reduce_max(tf.abs(x * x / a - 1)) > 1e-12:
        x = (x + a / x) / 2
    return x


class Louder(tf.Module):
    def __init__(self):
        self.calls = None

    @tf.function
    def __call__(self, x):
        if self.calls is None:  # at the first call
            self.calls = tf.Variable(0.0)
        self.calls.assign_add(1.0)
        return x * self.calls


def test_a_counter_that_was_called_before_passes():
    calls = tf.Variable(0.0)

    @tf.function
    def answer(x):
        calls.assign_add(1.0)
        return x * calls
    answer(tf.ones(3))
    assert judge("3.5", answer) is None


def test_the_inputs_meet_every_case():
    lengths = [round(float(np.linalg.norm(checks.short_or_long(np.random.default_rng(trial))[0])), 6) for trial in range(3)]
    assert sorted(lengths) == [0, 0.3, 3]
    made = [checks.schedule(seed) for seed in range(6)]
    for cause, slip in checks.SLIPS.items():
        assert any(slip(*given) != checks.whole_time(*given) for given in made), cause
    for cause, slip in checks.PAID.items():
        assert any(not checks.same_calls(slip(*given), checks.calls_until_paid(*given)) for given in checks.TIMES), cause


# --- modules --------------------------------------------------------------------------------------------------------

def test_bars():
    assert exhibits.overlap(step(10, 0)) == 0 and exhibits.overlap(step(10, 0.5)) == pytest.approx(0.5)
    assert exhibits.duration(step(10, 0.5)) == 10
    assert exhibits.words_of("torch.tanh(x) + torch.tanh(y) @ torch.ones(3)", "torch") == ["ones", "tanh"]


def test_gains_and_payments():
    assert exhibits.gain(race(4.0)) == pytest.approx(4) and exhibits.gain({"eager": FirstAndLater(1.0, 1e-3)}) == 1
    assert exhibits.paid_after(FirstAndLater(0, 0.5), FirstAndLater(8.0, 0.25)) == 31
    assert math.isnan(exhibits.paid_after(FirstAndLater(0, 0.5), FirstAndLater(8.0, 0.5)))
    assert [figures.in_calls(number) for number in (None, math.nan, 1234.5)] == ["not measured", "never", "1,235"]


def test_stops_restore_the_hook():
    import sys
    hook = sys.breakpointhook

    def function(x):
        size = 2 * x
        breakpoint()
        return size
    assert exhibits.at_breakpoints(function, [1, 2], "size") == [2, 4]
    with pytest.raises(TypeError):
        exhibits.at_breakpoints(function, [None], "size")
    assert sys.breakpointhook is hook


def cube(x):
    y = x * x
    z = y * x
    z.backward()


def test_a_record_is_seen_line_by_line():
    moments, nodes, edges = exhibits_torch.line_by_line(cube, {"x": torch.tensor(2.0, requires_grad=True)})
    assert [(moment.line, moment.newest, moment.value, len(moment.nodes), moment.gradients) for moment in moments] == [
        ("y = x * x", "y", 4.0, 2, False), ("z = y * x", "z", 8.0, 3, False), ("z.backward()", "z", 8.0, 3, True)]
    assert sorted(nodes.values()) == ["Mul", "Mul", "x"] and len(edges) == 4


def test_figures_say_what_they_show(capsys):
    figures.graphs_made([1, 2, 2], [1, 2, 3], [1, 2, 3], [1, 1, 1])
    figures.two_branches(({"g": "g\nplaceholder", "cond": "cond\ncall"}, [("g", "cond")]), ({"c": "c\nStatelessIf"}, []))
    of_torch = {n: {"PyTorch eager": FirstAndLater(1, 1e-3), "torch.compile": FirstAndLater(1, 5e-4)} for n in (4, 512)}
    of_tf = {n: {"TensorFlow eager": FirstAndLater(1, 1e-3), "tf.function": FirstAndLater(1, 1e-4)} for n in (4, 512)}
    figures.race(of_torch, of_tf, "h * a + b")
    figures.paid({"steps": of_torch[4] | of_tf[4]})
    figures.side_by_side({"PyTorch, one": step(10, 0), "TensorFlow, two": step(10, 0.5)})
    said = capsys.readouterr().out
    assert "After 3 calls: torch.compile 2, torch.compile, dynamic=False 3" in said
    assert "in PyTorch's cond, in TensorFlow's c." in said
    assert "PyTorch's graph is 2.0 times as fast as eager and TensorFlow's 10.0 times" in said
    assert "steps                               1,999          1,111        not measured" in said
    assert "TensorFlow, two: 50% overlap, 10 ms" in said


@slow
@pytest.mark.parametrize("name", ["torch", "tf"])
def test_every_product_of_a_step_has_its_bar(name):
    """Forward a product a layer; back one toward the weights a layer, and one toward the layer before but for the first."""
    settings = [{"side": 1, "inside": 1}, {"side": 1, "inside": 2}]
    given = {"size": 64, "layers": 3, "settings": settings}
    runs = process.run(f"ch03/schedule_{name}", given, timeout=family.LONG, env={"CUDA_VISIBLE_DEVICES": "-1"})
    assert len(runs) == len(settings)
    for found in runs:
        for branch in "ab":
            kinds = [kind for name, _, _, kind in found["bars"] if name == branch]
            assert kinds.count("forward") == 3 and kinds.count("back") == 5
        assert exhibits.overlap(found["bars"]) == 0


# --- what the quiz and the prose say --------------------------------------------------------------------------------

def graphs_of(function, *calls):
    """How many graphs PyTorch has made after each call."""
    made = []

    def count(graph, inputs):
        made.append(graph)
        return graph.forward
    torch.compiler.reset()
    captured = torch.compile(function, backend=count)
    counts = []
    for arguments in calls:
        captured(*arguments)
        counts.append(len(made))
    return counts


def test_prose_of_3a(tmp_path):
    def with_print(x):
        tf.print("here", output_stream=f"file://{tmp_path / 'log'}")
        return x
    captured = tf.function(with_print)
    for _ in range(3):
        captured(tf.ones(1))
    assert (tmp_path / "log").read_text(encoding="utf-8").count("here") == 3
    of_batches = tf.function(lambda x: x * 2)
    for size in (64, 64, 17) * 3:
        of_batches(tf.ones([size, 2]))
    assert of_batches.experimental_get_tracing_count() == 2
    louder = Louder()
    assert [float(louder(tf.ones(1))[0]) for _ in range(3)] == [1, 2, 3]  # a variable made at the first call

    class Counter(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return x * self.calls
    assert graphs_of(Counter(), *[(torch.ones(1),)] * 10) == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]


def test_prose_of_3b():
    def product(a, b):
        return a @ b

    class Module(torch.nn.Module):
        forward = staticmethod(product)
    a, wide = torch.ones(1, 8), torch.ones(8, 8, dtype=torch.float64)
    program = torch.export.export(Module(), (a, wide))
    with pytest.raises(RuntimeError, match="dtype"):
        program.module()(a, wide)

    def branch(x):
        if x.sum() > 0:
            return x + 1
        return x - 1
    assert graphs_of(branch, (torch.ones(2),), (-torch.ones(2),)) == [2, 3]
    with pytest.raises(torch._dynamo.exc.Unsupported):
        torch.compile(branch, backend=keep, fullgraph=True)(torch.ones(2))
    assert "StatelessWhile" in exhibits_tf.kinds(root_all.get_concrete_function(tf.TensorSpec([2], tf.float64)).graph)
    x = torch.zeros(2, requires_grad=True)
    size = torch.linalg.vector_norm(x)
    y = torch.where(size > 1, x / size, x)
    y.sum().backward()
    assert y.tolist() == [0, 0] and x.grad.isnan().all()


def test_prose_of_3c():
    """What nobody uses is in no graph, and a training step is split where the slopes are asked for."""
    seen = []

    def note(graph, inputs):
        seen.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward
    from torch._dynamo.backends.common import aot_autograd
    torch.compiler.reset()

    def wasteful(m):
        unused = m @ m  # noqa: F841
        return m + 1
    torch.compile(wasteful, backend=aot_autograd(fw_compiler=note))(torch.ones(2, 2))
    assert not any("mm" in name for name in seen[0])

    def train(w, x):
        loss = (x @ w).square().mean()
        slope, = torch.autograd.grad(loss, [w])
        with torch.no_grad():
            w -= 0.1 * slope
        return loss.detach()
    w = torch.ones(3, requires_grad=True)
    assert graphs_of(train, (w, torch.ones(2, 3))) == [2]


@pytest.mark.parametrize("lesson, at_least", [("03a", 5), ("03b", 4), ("03c", 3), ("03d", 3)])
def test_each_lesson_has_its_questions(lesson, at_least):
    assert len(quiz.questions(lesson)) >= at_least
