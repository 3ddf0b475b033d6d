"""Reading TensorFlow's profiles: what TensorBoard's page for them reads, without the page."""
from collections import defaultdict
from pathlib import Path

from tensorflow.tsl.profiler.protobuf import xplane_pb2


def operations(folder):
    """The operations in the profile that lies below a folder: {kind of operation: [microseconds of each call]}.

    The `.xplane.pb` file holds planes (devices), these hold lines (threads), and these events. An operation's event is
    called name:Kind; events of TensorFlow's own C++ functions are left out.
    """
    space = xplane_pb2.XSpace.FromString(next(Path(folder).rglob("*.xplane.pb")).read_bytes())
    found = defaultdict(list)
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            name, _, kind = plane.event_metadata[event.metadata_id].name.rpartition(":")
            if name and name[-1] != ":" and " " not in name and "__" not in kind:
                found[kind].append(event.duration_ps / 1e6)
    return dict(found)
