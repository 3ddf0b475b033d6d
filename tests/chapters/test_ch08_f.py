"""Lesson 8f: checkpoints in parts, another number of ranks, wrong loads, layers cut in two."""
import math
from pathlib import Path
from types import SimpleNamespace as Stub

import numpy as np
import pytest
import torch
import torch.distributed.checkpoint as dcp

import cells
from chapters.ch08 import checks_f, launch, parts_torch, task
from family import LONG
from helpers import parity, process, show

TORCHRUN = ["torchrun", "--standalone", "--local-addr=127.0.0.1"]
ENV = launch.environment(gpus=False)


@pytest.mark.parametrize("rows, saved, ranks", checks_f.SIZES)
def test_the_parts_of_the_exercise_are_pytorchs(rows, saved, ranks):
    there, here = torch.arange(rows).chunk(saved), torch.arange(rows).chunk(ranks)
    for rank in range(ranks):
        mine = set(here[rank].tolist()) if rank < len(here) else set()
        needed = [k for k, part in enumerate(there) if mine & set(part.tolist())]
        assert checks_f.parts(rows, saved, ranks, rank) == needed
    assert math.ceil(rows / ranks) == len(here[0])


def test_a_checkpoint_is_read_whole(tmp_path):
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=shape) for name, shape in task.SHAPES.items()}
    model = {name: torch.tensor(weights[weight].T) for name, weight in parts_torch.NAMES.items()}
    dcp.save({"model": model}, checkpoint_id=tmp_path / "saved", no_dist=True)
    found = parts_torch.whole(tmp_path / "saved")
    assert list(found) == list(task.SHAPES) and parity.gap(found, weights) == 0


LEFT_OUT = (("losses * ranks / 64", "losses / 64"), "the mean over ranks is not undone")
FORGOTTEN = (('optim_state_dict=state["optimizer"])', "optim_state_dict=momenta)\n"
              "        optimizer.state.clear()"), "the momenta are not loaded")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with the task, what two ranks saved of it after ten steps as "two", and the weights after all twenty."""
    folder = tmp_path_factory.mktemp("saved")
    given = task.write(folder, seed=0, epochs=1)
    two = [*TORCHRUN, "--nproc-per-node=2", process.worker("ch08/fsdp_torch"), folder, "cpu", "float64:10:two"]
    launch.commands([two], LONG, ENV)
    return folder, task.trained(given)


def on_three(script, folder):
    """What three ranks say that go on from "two", and their last weights."""
    run = f"float64:20:{script.stem}:two"
    said, = launch.commands([[*TORCHRUN, "--nproc-per-node=3", script, folder, "cpu", run]], LONG, ENV)
    return said, parts_torch.whole(folder / script.stem)


@pytest.mark.slow
def test_saved_by_two_and_finished_by_three(saved):
    folder, right = saved
    said, found = on_three(process.worker("ch08/fsdp_torch"), folder)
    assert said == [{"from": 10, "kept": [847, 847, 716]}]
    assert parity.gap(found, right) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("replacement", [LEFT_OUT[0], FORGOTTEN[0]], ids=[LEFT_OUT[1], FORGOTTEN[1]])
def test_saved_by_two_and_loaded_by_three_a_mistake_changes_the_weights(saved, tmp_path, replacement):
    folder, right = saved
    text = process.worker("ch08/fsdp_torch").read_text(encoding="utf-8")
    assert replacement[0] in text
    script = tmp_path / "changed.py"
    script.write_text(text.replace(*replacement), encoding="utf-8")
    _, found = on_three(script, folder)
    assert parity.gap(found, right) > 1e-4


@pytest.mark.parametrize("torch_says, tf_says, letter", [
    ({"from": 10}, {"said": "no"}, "c"), ({"from": 10}, {"from": 10}, "a"), ({"from": 0}, {"from": 10}, "b"),
    ({"from": 0}, {"said": "no"}, "d")])
def test_who_goes_on_with_three_decides(torch_says, tf_says, letter):
    plain = {name: np.zeros(shape) for name, shape in task.SHAPES.items()}
    reader = Stub(get_tensor=lambda name: plain[name.partition("/")[0]])
    judged = cells.judge("08f", "torch_went_on", asks=["P8.13"], folder=Path("nowhere"), task=task, alone=plain,
                         parts_torch=Stub(whole=lambda folder: plain),
                         tf=Stub(train=Stub(load_checkpoint=lambda path: reader)),
                         lines_torch=[[], [torch_says]], lines_tf=[[], [tf_says]])
    assert judged == {"P8.13": letter}


@pytest.mark.parametrize("torch_notices, tf_notices, letter", [
    ("name", "type", "a"), ("type", "name", "b"), ("type name", "type name", "c"), ("", "", "d")])
def test_who_notices_a_wrong_load_decides(torch_notices, tf_notices, letter):
    def said(notices):
        return {f"the {what}": "Error" if what in notices else [0.0] for what in ("type", "name", "shape")}

    judged = cells.judge("08f", "seen", asks=["P8.14"], said_torch=said(torch_notices), said_tf=said(tf_notices), show=show)
    assert judged == {"P8.14": letter}


@pytest.mark.parametrize("exchanges, letter", [(0, "a"), (1, "b"), (2, "c")])
def test_how_often_halves_exchange_decides(exchanges, letter):
    arrays = {name: np.zeros(shape) for name, shape in task.SHAPES.items()}
    split = {"scores": np.zeros((64, 10)).tolist(), "gradients": [array.tolist() for array in arrays.values()]}
    judged = cells.judge("08f", "scores_torch", asks=["P8.15"], split_torch=split | {"exchanges": exchanges}, split_tf=split,
                         scores=np.zeros((64, 10)), task=task)
    assert judged == {"P8.15": letter}
