"""Which versions of a model a server holds, and what they are called: a file in the words of TensorFlow Serving.

The file `model_config.json` in the model's folder says what one `config` block of TensorFlow Serving's --model_config_file
says, in JSON instead of protobuf's text:

    {"model_version_policy": {"specific": {"versions": [1, 2]}}, "version_labels": {"stable": 1, "canary": 2}}

The policy is one of `latest` with `num_versions`, `all`, and `specific` with `versions`; without one, the latest version.
"""
import json
import math
import os
from pathlib import Path
from typing import NamedTuple

FILE = "model_config.json"


class Config(NamedTuple):
    """policy: "latest", "all" or "specific"; numbers: how many versions, None, or which; labels: {label: version}."""
    policy: str
    numbers: object
    labels: dict


LATEST = Config("latest", 1, {})
"""What holds without a file."""


def read(folder):
    """The Config of a model's folder. Raises ValueError in a sentence where the file is not such a one."""
    path = Path(folder) / FILE
    return parse(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else LATEST


def parse(found):
    """The Config that the file's content, a dict, stands for. Raises ValueError."""
    if not isinstance(found, dict) or not found.keys() <= {"model_version_policy", "version_labels"}:
        raise ValueError(f"{FILE} is an object with the keys model_version_policy and version_labels")
    labels = found.get("version_labels", {})
    if not isinstance(labels, dict) or not all(map(_is_version, labels.values())):
        raise ValueError("version_labels is an object: {label: version number}")
    policy = found.get("model_version_policy", {"latest": {}})
    kind, inside = next(iter(policy.items())) if isinstance(policy, dict) and len(policy) == 1 else (None, None)
    if kind == "latest" and isinstance(inside, dict) and inside.keys() <= {"num_versions"}:
        if _is_version(number := inside.get("num_versions", 1)):
            return Config(kind, number or 1, labels)  # 0 is protobuf's "nothing said"
    if kind == "specific" and isinstance(inside, dict) and inside.keys() == {"versions"}:
        if isinstance(numbers := inside["versions"], list) and numbers and all(map(_is_version, numbers)):
            return Config(kind, numbers, labels)
    if kind == "all" and inside == {}:
        return Config(kind, None, labels)
    raise ValueError('model_version_policy is {"latest": {"num_versions": 1}}, {"all": {}} or '
                     '{"specific": {"versions": [1]}}')


def candidates(config, found):
    """(numbers, most): of the version numbers in the set `found` those that may be held, newest first, and how many at most.

    More than `most` are given where a policy counts versions: one that does not load leaves its place to an older one.
    TensorFlow Serving's `latest` counts the folders whose name is a number, loaded or not (AspireLatestVersions in its
    file_system_storage_path_source.cc).
    """
    if config.policy == "specific":
        found = found & set(config.numbers)
    return sorted(found, reverse=True), config.numbers if config.policy == "latest" else math.inf


def write(folder, content):
    """Put the dict `content` into the folder's file, all at once: a server never sees half of it. Raises ValueError."""
    parse(content)
    new = Path(folder) / f"{FILE}.new"
    new.write_text(json.dumps(content), encoding="utf-8")
    os.replace(new, Path(folder) / FILE)


def as_text(content, name, place):
    """The same for TensorFlow Serving: the text of a --model_config_file with one model, whose versions lie in `place`."""
    config = parse(content)
    numbers = {"latest": f"num_versions: {config.numbers}", "all": "", "specific": f"versions: {config.numbers}"}
    lines = [f"    name: '{name}'", f"    base_path: '{place}'", "    model_platform: 'tensorflow'",
             f"    model_version_policy {{ {config.policy} {{ {numbers[config.policy]} }} }}"]
    lines += [f"    version_labels {{ key: '{label}' value: {number} }}" for label, number in config.labels.items()]
    return "\n".join(["model_config_list {", "  config {", *lines, "  }", "}"])


def _is_version(number):
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63
