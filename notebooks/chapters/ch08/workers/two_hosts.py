"""Two hosts on one machine: network namespaces with a cable between them, and torchrun on both (chapter 08; Linux).

    python two_hosts.py FOLDER

Trains elastic_torch.py on both three times: undisturbed; with the cable cut for two seconds; with the cable cut for good,
until both hosts give up, after which it is mended and torchrun started again. JSON lines out: {"run", "codes": exit codes
of both launchers, "seconds", "said": the error of a host that gave up, "start", "steps", "weights"}; {"skipped": reason}
where the kernel or the rights do not allow namespaces.

A namespace without a name lives as long as a process is in it, and takes its end of the cable with it: nothing to tidy up.
"""
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 8  # seconds that a rank waits for the others before it gives up
ADDRESSES = ("10.77.0.1", "10.77.0.2")
TORCHRUN = Path(sys.executable).with_name("torchrun")


def run(*words):
    subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True)


@contextlib.contextmanager
def two_hosts():
    """Two namespaces, given as the pids of the processes that hold them, with a cable between."""
    hosts = [subprocess.Popen(["unshare", "--net", "sleep", "3600"]) for _ in ADDRESSES]
    try:
        for host in hosts:  # until unshare has done it
            while os.readlink(f"/proc/{host.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
                if host.poll() is not None:
                    raise OSError("unshare: no second network namespace")
                time.sleep(0.01)
        run("ip", "link", "add", "end0", "type", "veth", "peer", "name", "end1")
        for k, (host, address) in enumerate(zip(hosts, ADDRESSES)):
            run("ip", "link", "set", f"end{k}", "netns", host.pid)
            for words in (("link", "set", f"end{k}", "name", "cable"), ("addr", "add", f"{address}/24", "dev", "cable"),
                          ("link", "set", "cable", "up"), ("link", "set", "lo", "up")):
                run(*inside(host), "ip", *words)
        yield hosts
    finally:
        for host in hosts:
            host.kill()
            host.wait()


def inside(host):
    return ["nsenter", f"--net=/proc/{host.pid}/ns/net"]


def launch(hosts, folder):
    """torchrun on both hosts: the same line, save the host's own number and address."""
    started = []
    for k, (host, address) in enumerate(zip(hosts, ADDRESSES)):
        line = [TORCHRUN, "--nnodes=2", "--nproc-per-node=1", f"--node-rank={k}", f"--local-addr={address}",
                f"--master-addr={ADDRESSES[0]}", "--master-port=29500",
                Path(__file__).with_name("elastic_torch.py"), folder, "cpu", "-1", PATIENCE, "0.1"]
        out, err = (open(folder / f"host{k}.{kind}", "w") for kind in ("out", "err"))
        with out, err:
            started.append(subprocess.Popen([*inside(host), *map(str, line)], stdout=out, stderr=err,
                                            env=os.environ | {"GLOO_SOCKET_IFNAME": "cable"}))
    return started


def reports(folder):
    """The JSON lines of rank 0 so far."""
    lines = (folder / "host0.out").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


def until(step, folder, started):
    """Wait until rank 0 has done a step, or a launcher has ended."""
    while all(launcher.poll() is None for launcher in started):
        if any(line.get("step", -1) >= step for line in reports(folder)):
            return
        time.sleep(0.02)
    raise SystemExit("a launcher ended early:\n" + "".join((folder / f"host{k}.err").read_text() for k in (0, 1)))


def cable(hosts, state):
    run(*inside(hosts[1]), "ip", "link", "set", "cable", state)


def tell(name, folder, started, begin):
    """Wait for both launchers and print what came of it."""
    codes = [launcher.wait(150) for launcher in started]
    logs = "".join((folder / f"host{k}.err").read_text() for k in (0, 1))
    said = re.findall(r"RuntimeError: (.+)", logs)
    lines = reports(folder)
    found = {"run": name, "codes": codes, "seconds": time.monotonic() - begin, "said": said[0][-160:] if said else "",
             "start": lines[0]["step"] if lines else None, "steps": sum("step" in line for line in lines)}
    print(json.dumps(found | next((line for line in lines if "weights" in line), {})), flush=True)


def main(folder):
    with two_hosts() as hosts:
        for name, length in (("undisturbed", None), ("cut for two seconds", 2), ("cut for good", PATIENCE)):
            (folder / "checkpoint.pt").unlink(missing_ok=True)
            begin, started = time.monotonic(), launch(hosts, folder)
            if length:
                until(9, folder, started)
                begin = time.monotonic()
                cable(hosts, "down")
            if length == 2:
                time.sleep(length)
                cable(hosts, "up")
            tell(name, folder, started, begin)
        cable(hosts, "up")
        begin, started = time.monotonic(), launch(hosts, folder)
        tell("started again", folder, started, begin)


if __name__ == "__main__":
    if "--inside" not in sys.argv:  # a namespace of its own first: what is made here never touches the machine's network
        rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        try:
            run("unshare", *rights, "--net", "ip", "link", "add", "end0", "type", "veth", "peer", "name", "end1")
        except (OSError, subprocess.CalledProcessError) as error:
            print(json.dumps({"skipped": " ".join(str(getattr(error, "stderr", None) or error).split())}))
            sys.exit()
        os.execvp("unshare", ["unshare", *rights, "--net", sys.executable, "-P", __file__, sys.argv[1], "--inside"])
    main(Path(sys.argv[1]).resolve())
