"""Chapter 08: a mistake in a script is found, errors reach the learner, a killed run comes back, nothing is left."""
import itertools
import json
import shutil
import socket
import sys

import numpy as np
import psutil
import pytest
import torch

from helpers import data, launch, process
from helpers.checks import ch08
from helpers.workers import guard

TORCHRUN = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
PYTHON = [sys.executable, "-P"]
ENV = {"CUDA_VISIBLE_DEVICES": "-1", "OMP_NUM_THREADS": 1, "TF_NUM_INTEROP_THREADS": 2,
       "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": 1}
slow = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """A folder with a small task: 20 batches, as in the chapter's fast mode."""
    rng, digits = np.random.default_rng(0), data.digits("float64")
    sizes = {"W1": (64, 32), "b1": (32,), "W2": (32, 10), "b2": (10,)}
    task = {name: rng.normal(size=size) / 8 for name, size in sizes.items()}
    np.savez(tmp_path / "task.npz", x=digits.x_train[:1280].reshape(-1, 64), y=digits.y_train[:1280], epochs=1, **task)
    return tmp_path


def changed(tmp_path, name, *replacements):
    """A copy of a worker with something replaced in it."""
    text = process.worker(name).read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, f"{name} no longer says {old!r}: mend the test"
        text = text.replace(old, new)
    path = tmp_path / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def weights(lines):
    return np.concatenate([np.ravel(value) for value in next(line["weights"] for line in lines if "weights" in line)])


def left_behind():
    """Processes that this one started through a guard and that still live."""
    return [process for process in psutil.process_iter() if process.pid != psutil.Process().pid and _is_ours(process)]


def _is_ours(process):
    try:
        marked = guard.MARK in process.environ() and process.status() != psutil.STATUS_ZOMBIE
        return marked and psutil.Process().pid in [parent.pid for parent in process.parents()]
    except psutil.Error:
        return False


@slow
@pytest.mark.parametrize("name, start, replacements", [
    ("ddp_torch", TORCHRUN, [("DistributedDataParallel(model.to(device))", "model.to(device)"), ("model.module", "model")]),
    ("ddp_torch", TORCHRUN, [("batch_size=64 // ranks", "batch_size=64")]),
    ("mirrored_tf", PYTHON, [("tf.nn.compute_average_loss(losses(y, model(x)), global_batch_size=64)",
                              "tf.reduce_mean(losses(y, model(x)))")]),
], ids=["no DDP", "a whole batch on each rank", "mean on each replica"])
def test_a_mistake_changes_the_weights(folder, name, start, replacements):
    alone = "alone_tf" if name.endswith("tf") else "alone_torch"
    jobs = [[*PYTHON, process.worker(alone), folder], [*start, process.worker(name), folder],
            [*start, changed(folder, name, *replacements), folder]]
    right, same, wrong = map(weights, launch.commands(jobs, 240, ENV))
    assert np.abs(same - right).max() < 1e-12
    assert np.abs(wrong - right).max() > 1e-4


def killed_and_resumed(script, folder):
    """Weights of a run in which rank 1 was killed; the checkpoint of an earlier one is forgotten first."""
    (folder / "checkpoint.pt").unlink(missing_ok=True)
    lines = launch.commands([[*TORCHRUN, "--max-restarts=1", script, folder, 10]], 120, ENV)[0]
    assert {"killed": 10} in lines and {line["attempt"] for line in lines if "attempt" in line} == {0, 1}
    return weights(lines)


@slow
def test_momentum_belongs_to_the_checkpoint(folder):
    script = changed(folder, "elastic_torch", ('optimizer.load_state_dict(state["optimizer"])', "pass"))
    undisturbed = weights(launch.commands([[*TORCHRUN, process.worker("ddp_torch"), folder]], 120, ENV)[0])
    assert (killed_and_resumed(process.worker("elastic_torch"), folder) == undisturbed).all()
    assert np.abs(killed_and_resumed(script, folder) - undisturbed).max() > 1e-6


@pytest.mark.benchmark
def test_twenty_killed_runs_in_a_row(folder):
    """Takes minutes; run it with `pytest -m benchmark tests/test_ch08.py`."""
    undisturbed = weights(launch.commands([[*TORCHRUN, process.worker("ddp_torch"), folder]], 120, ENV)[0])
    for _ in range(20):
        assert (killed_and_resumed(process.worker("elastic_torch"), folder) == undisturbed).all()
    assert not left_behind()


@slow
def test_the_traceback_of_a_rank_reaches_the_learner_and_nothing_is_left(folder):
    script = changed(folder, "ddp_torch", ("    for x, y in loader:\n", '    if distributed.get_rank() == 1:\n'
                                           '        raise ValueError("the shard is empty")\n    for x, y in loader:\n'))
    with pytest.raises(process.ChildFailed) as caught:
        launch.commands([[*TORCHRUN, script, folder]], 120, ENV)
    said = str(caught.value)
    assert said.startswith("ddp_torch.py failed") and "ValueError: the shard is empty" in said
    assert "ChildFailedError" not in said and len(said.splitlines()) < 20
    assert not left_behind()


@slow
def test_a_rank_that_hangs_is_ended_with_all_others(folder):
    script = changed(folder, "ddp_torch", ("    for x, y in loader:\n", "    if distributed.get_rank() == 1:\n"
                                           "        __import__('time').sleep(600)\n    for x, y in loader:\n"))
    with pytest.raises(process.ChildTimeout, match=r"ddp_torch.py: not done after 25 s"):
        launch.commands([[*TORCHRUN, script, folder]], 25, ENV)
    assert not left_behind()


@slow
def test_no_port_is_left_open(folder):
    ports = [process.free_port() for _ in range(3)]
    launch.commands([[*PYTHON, process.worker("parameter_server_tf"), folder, *ports]], 120, ENV)
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not left_behind()


def test_of_several_commands_each_gives_its_own_lines():
    say = "import json, sys; print('noise'); print(json.dumps({'said': int(sys.argv[1])}))"
    found = launch.commands([[*PYTHON, "-c", say, str(k)] for k in (1, 2)], 60)
    assert found == [[{"said": 1}], [{"said": 2}]] and found[0].log == "noise"


def test_when_one_command_fails_the_others_are_ended(tmp_path):
    (tmp_path / "bad.py").write_text("def inner():\n    raise KeyError('W3')\n\ninner()\n", encoding="utf-8")
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    with pytest.raises(process.ChildFailed, match=r"bad.py failed \(exit code 1\):(.|\n)*KeyError: 'W3'"):
        launch.commands([[*PYTHON, tmp_path / "sleeps.py"], [*PYTHON, tmp_path / "bad.py"]], 60)
    assert not left_behind()


@pytest.mark.parametrize("n, ranks", [(12, 4), (10, 4), (1415, 4), (9, 2)])
def test_the_dealt_data_of_the_exercise_are_the_samplers(n, ranks):
    for rank in range(ranks):
        sampler = torch.utils.data.DistributedSampler(range(n), ranks, rank, shuffle=False)
        assert list(sampler) == ch08.share(n, ranks, rank)


def test_the_ring_of_the_exercise_sends_what_the_formula_says():
    for n in (2, 4, 8):
        pieces, sent = np.arange(1.0, n * n + 1).reshape(n, n), 0  # pieces[process, piece]
        total = pieces.sum(axis=0)
        for step, rank in itertools.product(range(n - 1), range(n)):
            if rank == 0:
                before = pieces.copy()
            pieces[(rank + 1) % n, (rank - step) % n] += before[rank, (rank - step) % n]
            sent += rank == 0
        for step, rank in itertools.product(range(n - 1), range(n)):
            if rank == 0:
                before = pieces.copy()
            pieces[(rank + 1) % n, (rank + 1 - step) % n] = before[rank, (rank + 1 - step) % n]
            sent += rank == 0
        assert (pieces == total).all()
        assert sent * 100 / n == pytest.approx(ch08.ring(100, n))


def test_weights_survive_the_way_through_text():
    """Workers print JSON: weights survive the way through text exactly."""
    values = np.random.default_rng(0).normal(size=100)
    assert (np.array(json.loads(json.dumps(values.tolist()))) == values).all()
    assert shutil.which("torchrun", path=launch.guarded.environment(None)["PATH"])
