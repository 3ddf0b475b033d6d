"""Where TensorFlow ran its operations, from the log of workers/placement_tf.py."""
import re


def devices(log):
    """{part of the log: [(operation, device such as "CPU:1")]}, each pair once. A part begins with a line "# name"."""
    found = {}
    for name, said in re.findall(r"^# (.+?)$(.*?)(?=^# |\Z)", log, re.M | re.S):
        ran = re.findall(r"Executing op (\w+) in device \S*device:(\w+:\d)", said)
        found[name] = [pair for pair in dict.fromkeys(ran) if not pair[0].startswith("_")]
    return found
