"""Chapter 08: a mistake in a script is found, errors reach the learner, a killed run comes back, nothing is left."""
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import uuid
from pathlib import Path

import filelock
import numpy as np
import psutil
import pytest
import torch
import torch.distributed.run
import yaml

import cells
from chapters.ch08 import checks as ch08
from chapters.ch08 import launch, placements, scripts, task
from family import LONG
from helpers import ROOT, process, web
from helpers.machine import guard

TORCHRUN = ["torchrun", "--standalone", "--local-addr=127.0.0.1", "--nproc-per-node=2"]
PYTHON = [sys.executable, "-P"]
ENV = launch.environment(gpus=False)
FOR_RAY = launch.environment(gpus=False, keep=["pandas"])
RAY = ("raylet", "gcs_server", "ray::")
WORKERS = ROOT / "notebooks" / "chapters" / "ch08" / "workers"
slow = pytest.mark.slow
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")


@pytest.fixture
def folder(tmp_path):
    """A folder with the lessons' task in fast mode: 20 batches."""
    task.write(tmp_path, seed=0, epochs=1)
    return tmp_path


@pytest.fixture(scope="module")
def in_ranks(tmp_path_factory):
    """The weights of alone_torch.py and, on two ranks, of ddp_torch.py on that task: what other runs are compared with."""
    folder = tmp_path_factory.mktemp("in_ranks")
    task.write(folder, seed=0, epochs=1)
    jobs = [[*start, process.worker(f"ch08/{name}"), folder, "cpu"]
            for start, name in ((PYTHON, "alone_torch"), (TORCHRUN, "ddp_torch"))]
    return list(map(weights, launch.commands(jobs, LONG, ENV)))


def changed(tmp_path, name, *replacements):
    """A copy of a worker with something replaced in it."""
    text = process.worker(name).read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, f"{name} no longer says {old!r}: mend the test"
        text = text.replace(old, new)
    path = tmp_path / f"{Path(name).name}.py"
    path.write_text(text, encoding="utf-8")
    return path


STAND_IN = """
import shutil

class Named:  # for Ray: it calls the training function in this process
    def __init__(self, *args, **named):
        self.args = args
        self.__dict__ |= named

class Trainer(Named):
    def fit(self):
        self.args[0](self.train_loop_config)
        return Named(checkpoint=Named(path="kept"))

class Checkpoint:
    def from_directory(folder):
        shutil.copytree(folder, "kept")

def report(numbers, checkpoint):
    pass

def get_context():
    return Named(get_world_rank=lambda: 0)

ScalingConfig = RunConfig = FailureConfig = TorchConfig = Named
TorchTrainer = TensorflowTrainer = Trainer
"""


@pytest.mark.parametrize("script, inner, edit", [
    ("ray_torch", "elastic_torch.py", 'yield {"step": 7}; yield {"weights": [[0.5]]}; return'),
    ("ray_tf", "multiworker_tf.py", "return 7, [np.array([0.5])]")])
def test_under_ray_runs_the_training_function_that_the_learner_has_edited(tmp_path, monkeypatch, script, inner, edit):
    """In a copy of the course with edited workers, one that runs another one's function takes that of the copy."""
    workers, stand_in = tmp_path / "chapters" / "ch08" / "workers", tmp_path / "stand_in" / "ray"
    shutil.copytree(WORKERS, workers)
    text, edits = re.subn(r"(?m)^(def train\(.*\):)$", rf"\1\n    {edit}", (workers / inner).read_text(encoding="utf-8"))
    assert edits == 1
    (workers / inner).write_text(text, encoding="utf-8")
    (stand_in / "train").mkdir(parents=True)
    (stand_in / "__init__.py").write_text("init = shutdown = lambda *args, **named: None\n", encoding="utf-8")
    (stand_in / "train" / "__init__.py").write_text(STAND_IN, encoding="utf-8")
    (stand_in / "train" / "torch.py").write_text("from ray.train import TorchConfig, TorchTrainer\n", encoding="utf-8")
    (stand_in / "train" / "tensorflow.py").write_text("from ray.train import TensorflowTrainer\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join([str(stand_in.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = process.command([*PYTHON, process.worker(f"ch08/{script}"), tmp_path, "-1"], 60, {"PYTHONPATH": path})
    assert process.results(done.stdout) == [{"weights": [[0.5]], "start": 7}], done.stderr


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


def one_process(folder):
    """The last weights by NumPy, like those that `weights` gives."""
    with np.load(folder / "task.npz") as given:
        return np.concatenate([np.ravel(value) for value in task.trained(given).values()])


@slow
def test_two_ranks_train_as_one_process_does(folder, in_ranks):
    alone, ranks = in_ranks
    assert np.abs(alone - one_process(folder)).max() < 1e-12
    assert np.abs(ranks - alone).max() < 1e-12


@slow
@pytest.mark.parametrize("replacements", [
    [("DistributedDataParallel(model.to(device))", "model.to(device)"), ("model.module", "model")],
    [("batch_size=64 // ranks", "batch_size=64")],
], ids=["no DDP", "a whole batch on each rank"])
def test_a_mistake_changes_the_weights(folder, in_ranks, replacements):
    script = changed(folder, "ch08/ddp_torch", *replacements)
    wrong = weights(launch.commands([[*TORCHRUN, script, folder, "cpu"]], LONG, ENV)[0])
    assert np.abs(wrong - in_ranks[0]).max() > 1e-4


@slow
def test_a_mean_on_each_replica_changes_the_weights(folder):
    script = changed(folder, "ch08/mirrored_tf", (
        "tf.nn.compute_average_loss(losses(y, model(x)), global_batch_size=64)", "tf.reduce_mean(losses(y, model(x)))"))
    scripts = [process.worker("ch08/alone_tf"), process.worker("ch08/mirrored_tf"), script]
    right, same, wrong = map(weights, launch.commands([[*PYTHON, path, folder] for path in scripts], LONG, ENV))
    assert np.abs(right - one_process(folder)).max() < 1e-12
    assert np.abs(same - right).max() < 1e-12
    assert np.abs(wrong - right).max() > 1e-4


def killed_and_resumed(script, folder):
    """Weights of a run in which rank 1 was killed; the checkpoint of an earlier one is forgotten first."""
    (folder / "checkpoint.pt").unlink(missing_ok=True)
    lines = launch.commands([[*TORCHRUN, "--max-restarts=1", script, folder, "cpu", 10]], LONG, ENV)[0]
    assert {"killed": 10} in lines and {line["attempt"] for line in lines if "attempt" in line} == {0, 1}
    return weights(lines)


@slow
def test_momentum_belongs_to_the_checkpoint(folder, in_ranks):
    _, undisturbed = in_ranks
    script = changed(folder, "ch08/elastic_torch", ('optimizer.load_state_dict(state["optimizer"])', "pass"))
    assert (killed_and_resumed(process.worker("ch08/elastic_torch"), folder) == undisturbed).all()
    assert np.abs(killed_and_resumed(script, folder) - undisturbed).max() > 1e-6


@pytest.mark.benchmark
def test_twenty_killed_runs_in_a_row_end_cleanly(folder, in_ranks):
    """Takes minutes; run it with `pytest -m benchmark tests/chapters/test_ch08.py`, on a busy machine too."""
    for _ in range(20):
        assert (killed_and_resumed(process.worker("ch08/elastic_torch"), folder) == in_ranks[1]).all()
    assert not left_behind()


@pytest.mark.benchmark
@pytest.mark.parametrize("name, words", [
    ("ddp_torch", ["cpu"]), ("left_to_you_torch", []), ("tensor_parallel_torch", ["cpu"]),
    ("fsdp_torch", ["cpu", "float64:20:parts"])])
def test_twenty_runs_in_a_row_end_cleanly_and_say_the_same(folder, name, words):
    """How many of twenty runs on two ranks end with code 0, with the lines of the first, and leave nothing."""
    clean, first = 0, None
    for _ in range(20):
        for log in folder.glob("log_*.txt"):
            log.unlink()
        done = process.command([*TORCHRUN, process.worker(f"ch08/{name}"), folder, *words], LONG, ENV)
        lines = process.results(done.stdout)
        first = first or lines
        clean += done.returncode == 0 and lines == first and not left_behind()
    print(f"{name}: {clean} of 20 clean")
    assert clean == 20 and first


HEAD, FRAME = "Traceback (most recent call last):\n", '  File "/x/train.py", line 80, in <module>\n'
REST = "    torch.cuda.set_device(device)\nRuntimeError: no CUDA here\n"
LAUNCHER = HEAD + '  File "/x/torchrun", line 8, in <module>\nChildFailedError: train.py failed\n'


@pytest.mark.parametrize("log", [
    HEAD + FRAME + REST,
    HEAD + FRAME + HEAD + FRAME + REST + LAUNCHER,
    HEAD + HEAD + FRAME + FRAME + REST + REST + LAUNCHER,
    HEAD + FRAME + HEAD + REST + FRAME + REST,
    HEAD + FRAME + "".join(f"[rank1]: {line}\n" for line in (HEAD + FRAME + REST).splitlines()) + LAUNCHER,
], ids=["one rank", "the first was ended", "line by line", "one wrote into the other", "PyTorch named one"])
def test_of_ranks_that_fail_at_once_one_error_is_told(log):
    said = launch.cause(log, "train.py")
    assert "RuntimeError: no CUDA here" in said and "ChildFailedError" not in said


def test_a_traceback_that_breaks_off_is_told_where_there_is_no_other():
    assert launch.cause(HEAD + FRAME + LAUNCHER, "train.py") == (HEAD + FRAME).strip()


@slow
def test_the_traceback_of_a_rank_reaches_the_learner_and_nothing_is_left(folder):
    script = changed(folder, "ch08/ddp_torch", ("    for x, y in loader:\n", '    if distributed.get_rank() == 1:\n'
                                           '        raise ValueError("the shard is empty")\n    for x, y in loader:\n'))
    with pytest.raises(process.ChildFailed) as caught:
        launch.commands([[*TORCHRUN, script, folder, "cpu"]], LONG, ENV)
    said = str(caught.value)
    assert said.startswith("ddp_torch.py failed") and "ValueError: the shard is empty" in said
    assert "ChildFailedError" not in said and len(said.splitlines()) < 20
    assert not left_behind()


@slow
@posix
def test_a_rank_that_hangs_is_named_and_ended_with_all_others(folder, monkeypatch):
    here = f"    open({str(folder)!r} + f'/rank{{distributed.get_rank()}}', 'w')\n"
    hang = "        __import__('time').sleep(600)\n"
    script = changed(folder, "ch08/ddp_torch", ("    for x, y in loader:\n", here + "    if distributed.get_rank() == 1:\n" +
                                           hang + "    for x, y in loader:\n"))
    start, began = time.monotonic(), []

    def now():  # no time passes until both ranks have come so far; then 15 seconds, in which one of them hangs
        both = (folder / "rank0").exists() and (folder / "rank1").exists()
        if not began and (both or time.monotonic() > start + LONG):
            began.append(time.monotonic())
        return 45 + time.monotonic() - began[0] if began else 0.0

    monkeypatch.setattr(process, "time", types.SimpleNamespace(monotonic=now))
    line = script.read_text(encoding="utf-8").split(hang)[0].count("\n") + 1
    with pytest.raises(process.ChildTimeout) as caught:
        launch.commands([[*TORCHRUN, script, folder, "cpu"]], 60, ENV)
    said = str(caught.value)
    assert said.startswith("ddp_torch.py: not done after 60 s") and said.endswith("; rank 1 kept the others waiting"), said
    assert f"rank 1 was busy, line {line}" in said and "rank 0 waited, line" in said
    assert not left_behind()


@slow
def test_no_port_is_left_open(folder):
    ports = [web.free_port() for _ in range(3)]
    launch.commands([[*PYTHON, process.worker("ch08/parameter_server_tf"), folder, *ports]], LONG, ENV)
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not left_behind()


# What a kernel does that starts ranks; its second argument is a list of commands as JSON.
KERNEL = ("import json, sys; from chapters.ch08 import launch; print('up', flush=True); "
          "launch.commands(json.loads(sys.argv[1]), 600)")


def kernel(job, env=ENV):
    """Start a process that runs a job like a notebook's kernel does; (the process, the mark that all below it bear)."""
    mark = uuid.uuid4().hex
    env = os.environ | {guard.MARK: mark} | {name: str(value) for name, value in env.items()}
    words = [sys.executable, "-c", KERNEL, json.dumps([[str(word) for word in job]])]
    running = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout.readline() == "up\n"
    return running, mark


def until(condition, patience):
    """Whether the condition comes true within `patience` seconds."""
    return web.wait_until(condition, patience, pause=0.2)


@slow
@posix
@pytest.mark.parametrize("end, name, place, words", [
    (signal.SIGINT, "ddp_torch", "    for x, y in loader:\n", ["cpu"]),
    (signal.SIGKILL, "ddp_torch", "    for x, y in loader:\n", ["cpu"]),
    (signal.SIGKILL, "fsdp_torch", "        optimizer.zero_grad()\n", ["cpu", "float64:20:parts"]),
    (signal.SIGKILL, "left_to_you_torch", "    said(question.__name__", []),
], ids=["interrupt", "killed kernel", "killed kernel, FSDP2", "killed kernel, lesson 8c"])
def test_no_rank_outlives_its_kernel(folder, end, name, place, words):
    indent = place[:len(place) - len(place.lstrip(" "))]
    script = changed(folder, f"ch08/{name}", (place, f"{indent}__import__('time').sleep(600)\n{place}"))
    running, mark = kernel([*TORCHRUN, script, folder, *words])
    pids = []

    def two_ranks():
        pids[:] = [below.pid for below in guard.belonging(mark, None) if "RANK" in below.environ()]
        return len(pids) >= 2

    with running:
        assert until(two_ranks, LONG)
        running.send_signal(end)
        running.wait(LONG)
    assert until(lambda: not guard.belonging(mark, None), LONG)


@pytest.fixture
def only_ray():
    """Whoever counts the processes of Ray waits for another run of these tests by the same account to end."""
    with filelock.FileLock(Path(tempfile.gettempdir(), f"side-by-side-ray-{os.getuid()}.lock")):
        yield


def rays():
    """The processes of Ray on this machine, by pid."""
    found = {}
    for running in psutil.process_iter():
        try:
            words = " ".join(running.cmdline()[:1])
            if running.status() != psutil.STATUS_ZOMBIE and any(word in words for word in RAY):
                found[running.pid] = words
        except psutil.Error:
            continue
    return found


@slow
@posix
def test_no_process_of_ray_outlives_a_killed_kernel(only_ray, folder):
    before = rays()
    running, mark = kernel([*PYTHON, process.worker("ch08/ray_torch"), folder, "-1"], FOR_RAY)
    with running:
        assert until(lambda: any("raylet" in words for pid, words in rays().items() if pid not in before), LONG)
        running.kill()
    assert until(lambda: not guard.belonging(mark, None), LONG)
    assert until(lambda: not rays().keys() - before.keys(), LONG), rays()


@slow
@posix
def test_with_the_cluster_switched_on(only_ray, tmp_path, monkeypatch, capsys):
    """Ray Train for both frameworks, a worker killed; torchrun on two hosts. Minutes, 3 GB; it leaves no process behind.

    Of the lesson only the cells that this takes, with what they are compared with; all others run in every lesson's test.
    """
    monkeypatch.setenv("SIDE_BY_SIDE_BUILD", str(tmp_path))
    before = rays()
    cells.run("08e", "nodes_torch", "workers_tf", "hosts", "ray_torch", "ray_tf", "begun", cluster=True)
    said = capsys.readouterr().out
    for side in ("PyTorch", "TensorFlow"):
        assert f"{side} under Ray Train: killed in step 10, went on from step 8" in said
    assert "two hosts, started again" in said or "SKIPPED: no network namespaces here" in said
    assert until(lambda: not rays().keys() - before.keys(), LONG), rays()


@pytest.mark.parametrize("name", ["two_hosts_slurm.sh", "two_hosts_kubernetes.yaml"])
def test_every_line_of_a_launchers_file_is_explained(name):
    rows = launch.explained(name)
    text = (WORKERS / name).read_text(encoding="utf-8")
    own = [line.strip() for line in text.splitlines() if not line.strip().startswith("# ")]
    assert [line.strip("\u00a0`") for line, _ in rows] == own and len(own) > 20
    assert not [line for line, meaning in rows if len(meaning) < 4]


def test_a_line_without_its_comment_has_no_meaning(tmp_path, monkeypatch):
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "x.sh").write_text("#!/bin/sh\n# ^ the shell\n# says a\necho a\necho b\n")
    monkeypatch.setattr(launch, "WORKERS", tmp_path / "workers")
    assert launch.explained("x.sh") == [("`#!/bin/sh`", "the shell"), ("`echo a`", "says a"), ("`echo b`", "")]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_the_files_of_the_launchers_can_be_parsed():
    workers = WORKERS
    subprocess.run(["bash", "-n", workers / "two_hosts_slurm.sh"], check=True)
    service, job = yaml.safe_load_all((workers / "two_hosts_kubernetes.yaml").read_text(encoding="utf-8"))
    assert service["spec"]["selector"] == {"batch.kubernetes.io/job-name": job["metadata"]["name"]}
    assert job["spec"]["template"]["spec"]["subdomain"] == service["metadata"]["name"]
    pod = job["spec"]["template"]["spec"]
    container, = pod["containers"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert next(volume["emptyDir"]["medium"] for volume in pod["volumes"] if volume["name"] == "shared") == "Memory"
    assert f"--nproc-per-node={container['resources']['limits']['nvidia.com/gpu']}" in container["command"]
    assert f"--nnodes={job['spec']['completions']}" in container["command"]
    assert job["spec"]["completions"] == job["spec"]["parallelism"]


def launched(name):
    """The words after `torchrun` in a launcher's file."""
    text = (WORKERS / name).read_text(encoding="utf-8")
    if name.endswith(".yaml"):
        *_, job = yaml.safe_load_all(text)
        words = job["spec"]["template"]["spec"]["containers"][0]["command"]
    else:
        inside = re.search(r"(?ms)^launcher=\((.*?)^\)", text).group(1)
        words = shlex.split(inside, comments=True)
    assert words[0] == "torchrun"
    return words[1:]


@pytest.mark.parametrize("name", ["two_hosts_slurm.sh", "two_hosts_kubernetes.yaml"])
def test_a_launchers_file_says_what_torchrun_and_the_script_take(name):
    parser = torch.distributed.run.get_args_parser()
    words = [re.sub(r"\$\(?\w+\)?", "2", word) for word in launched(name)]  # what the system puts in, a number each
    options, unknown = parser.parse_known_args(words)
    assert not unknown and options.nnodes == "2" and int(options.max_restarts) > 0
    assert Path(options.training_script) == (WORKERS / "elastic_torch.py").relative_to(ROOT)
    usage = re.search(r"elastic_torch\.py (FOLDER DEVICE KILL) \[", process.worker("ch08/elastic_torch").read_text("utf-8"))
    given = dict(zip(usage.group(1).split(), options.training_script_args, strict=True))
    assert given["DEVICE"] == "cuda" and given["KILL"] == "-1"


def test_srun_hears_how_many_cores_a_task_has():
    """Since Slurm 22.05 srun does not take --cpus-per-task over from sbatch."""
    text = (WORKERS / "two_hosts_slurm.sh").read_text(encoding="utf-8")
    assert re.search(r"(?m)^#SBATCH --cpus-per-task=", text) and re.search(r"(?m)^export SRUN_CPUS_PER_TASK=", text)


@slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("name, words", [("ch08/ddp_torch", []), ("ch08/elastic_torch", ["-1"])])
def test_a_script_that_is_to_use_gpus_fails_where_there_are_none(folder, name, words):
    with pytest.raises(process.ChildFailed, match=r"set_device|CUDA|NVIDIA"):
        launch.commands([[*TORCHRUN, process.worker(name), folder, "cuda", *words]], LONG, ENV)


@slow
def test_with_shuffling_each_epoch_has_an_order_of_its_own(tmp_path):
    task.write(tmp_path, seed=0, epochs=2)
    shuffled = ("shuffle=False", "shuffle=True")
    told = changed(tmp_path, "ch08/ddp_torch", shuffled)
    told = told.rename(told.with_name("told.py"))
    untold = changed(tmp_path, "ch08/ddp_torch", shuffled, ("    sampler.set_epoch(epoch)", "    pass"))
    jobs = [[*TORCHRUN, script, tmp_path, "cpu"] for script in (told, untold)]
    first, second = map(weights, launch.commands(jobs, LONG, ENV))
    assert np.abs(first - second).max() > 1e-6


@pytest.mark.parametrize("name", ["ddp_torch", "elastic_torch", "fsdp_torch", "costs_torch", "left_to_you_torch",
                                  "tensor_parallel_torch"])
def test_a_worker_of_pytorchs_leaves_its_group_and_ends_as_programs_do(name):
    text = process.worker(f"ch08/{name}").read_text(encoding="utf-8")
    assert text.rstrip().endswith("distributed.destroy_process_group()") and "os._exit" not in text


def test_of_several_commands_each_gives_its_own_lines():
    say = "import json, sys; print('noise'); print(json.dumps({'said': int(sys.argv[1])}))"
    found = launch.commands([[*PYTHON, "-c", say, str(k)] for k in (1, 2)], LONG)
    assert found == [[{"said": 1}], [{"said": 2}]] and found[0].log == "noise"


def test_when_one_command_fails_the_others_are_ended(tmp_path):
    (tmp_path / "bad.py").write_text("def inner():\n    raise KeyError('W3')\n\ninner()\n", encoding="utf-8")
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    with pytest.raises(process.ChildFailed, match=r"bad.py failed \(exit code 1\):(.|\n)*KeyError: 'W3'"):
        launch.commands([[*PYTHON, tmp_path / "sleeps.py"], [*PYTHON, tmp_path / "bad.py"]], LONG)
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


def test_the_kinds_of_added_lines():
    original = "step(x)\nloss = mean(x)\n"
    assert scripts.kind("    step(x)", original) == "only indented"
    assert scripts.kind("cpu = 1  # else CPUs", original) == "for want of GPUs"
    assert scripts.kind("ranks = 2", original) == "new"


def test_a_log_is_read_by_its_parts():
    log = ("I0 noise\n# one\nExecuting op MatMul in device /job:localhost/device:CPU:0\n"
           "Executing op MatMul in device /job:localhost/device:CPU:0\n# two\n"
           "Executing op _EagerConst in device /device:CPU:0\nExecuting op AddV2 in device /device:CPU:1\n")
    assert placements.devices(log) == {"one": [("MatMul", "CPU:0")], "two": [("AddV2", "CPU:1")]}


def test_the_best_interval_is_where_least_is_lost():
    def lost(every):
        return 60 / every + every / (2 * 7200)

    best = ch08.interval(60, 7200)
    assert lost(best) < min(lost(best * 0.99), lost(best * 1.01))


@pytest.mark.parametrize("said, found, letter", [
    ("ValueError: no", None, "c"), ("trained", 0.0, "a"), ("trained", 0.1, "b")])
def test_what_fit_said_decides(said, found, letter):
    plain = {name: np.zeros(shape) for name, shape in task.SHAPES.items()}
    line = {"said": said, "weights": [(plain[name] + (found or 0)).tolist() for name in plain]}
    judged = cells.judge("08e", "same", asks=["P8.9"], nodes_torch=plain, alone=plain, workers_tf=plain,
                         fit_tf=line, task=task)
    assert judged == {"P8.9": letter}


@pytest.mark.parametrize("first, second, letter", [(range(11), range(8, 20), "c"), (range(20), [], "a"),
                                                   (range(10), range(10, 20), "b")])
def test_what_rank_0_did_decides(first, second, letter):
    lines = [{"attempt": k, "step": step, "loss": 1.0} for k, steps in ((0, first), (1, second)) for step in steps]
    assert cells.judge("08d", "went_on", asks=["P8.6"], lines_torch=lines, killed_torch=[10]) == {"P8.6": letter}


LOG = {"no device named": [("MatMul", "CPU:0")], "devices named by hand": [("MatMul", "CPU:0"), ("MatMul", "CPU:1")],
       "the mean of both, no device named": [("AddV2", "CPU:0")], "MirroredStrategy": [("Mul", "CPU:0"), ("Mul", "CPU:1")]}


@pytest.mark.parametrize("change, word", [
    ({}, "NO LONGER"), ({"no device named": []}, "PARTLY"), ({"MirroredStrategy": [("Mul", "CPU:0")]}, "PARTLY"),
    ({part: [] for part in LOG}, "NOT MEASURED")])
def test_the_log_decides_about_devices(change, word):
    parts = dict.fromkeys(("no device named", "devices named by hand", "MirroredStrategy"), np.zeros(3))
    judged = cells.judge("08b", "on", "alone", asks=["P8.4"], ran_on=LOG | change, gradients=parts, process=process,
                         crossing_torch="RuntimeError: no")
    assert judged == {"P8.4": "c" if change.get("devices named by hand", LOG["devices named by hand"]) else "d", "C32": word}


# What the clock decides, with planted times

SIZES = [1, 10**3, 10**6]


def costs(alone, thousand, million):
    """What two workers measured: seconds of an all-reduce of one number, a thousand, a million; the rest is as it may be."""
    parts = dict.fromkeys(("compute", "communicate", "update"), 0.01)
    return {1: parts, 2: {**parts, "all_reduce": dict(zip(map(str, SIZES), (alone, thousand, million)))}}


@pytest.mark.parametrize("alone, thousand, million, dearest, less, letter", [
    (1e-4, 2e-4, 1e-3, "1", True, "a"), (1e-4, 2e-3, 5.0, "1", False, "b"), (1e-6, 1e-2, 2e-2, "1,000", False, "c")])
def test_what_communication_costs(capsys, alone, thousand, million, dearest, less, letter):
    judged = cells.judge("08b", "each", "factor", asks=["P8.3"], payloads=SIZES, costs_torch=costs(alone, thousand, million),
                         costs_tf=costs(1e-4, 1e-4, 1e-4))
    said = capsys.readouterr().out
    assert judged == {"P8.3": letter} and f"the run says, by the clock, {letter}" in said
    assert f"PyTorch: the payload in which a number costs most time, by the clock: {dearest}\n" in said
    assert f"PyTorch: a number costs over 50 times less among a million than alone, by the clock: {less}\n" in said
    assert "TensorFlow: a number costs over 50 times less among a million than alone, by the clock: True\n" in said


@pytest.mark.parametrize("torch_back, tf_back, early, word, part", [
    (0.1, 0.9, True, "HELD", "yes"), (0.1, 0.2, False, "PARTLY", "yes"), (0.8, 0.2, True, "NO LONGER", "no")])
def test_when_python_is_back(capsys, torch_back, tf_back, early, word, part):
    handle = {"handed_over": 0.1 if early else 0.9, "finished": 1.0, "early": 2, "buckets": 3}
    judged = cells.judge("08b", "share_torch", "handle", place_torch=torch.device("cuda"), place_tf="/GPU:0",
                         handed_torch=torch_back, handed_tf=tf_back, finished_torch=1.0, finished_tf=1.0,
                         costs_torch={2: handle})
    said = capsys.readouterr().out
    assert judged == {"C31b": word} and f"C31b {word} (by the clock)" in said
    assert f"PyTorch is back before the GPU is done: {part} (timed)" in said
    assert f"back in less than half of its time, by the clock: {early}\n" in said


def test_what_may_be_added_to_a_tensor_on_another_device():
    """The quiz of 8b: a tensor without axes may, one with an axis of length 1 may not. `meta` stands in for a GPU."""
    elsewhere = torch.ones(1000, device="meta")
    assert (elsewhere + torch.tensor(1.0)).device.type == "meta"
    with pytest.raises(RuntimeError, match="device"):
        elsewhere + torch.ones(1)
