"""For each claim that is decided one planted case, under which its verdict is another word than the table expects.

CASES run cells that judge, on planted values; ELSEWHERE names the tests of the chapters that do. A claim is in one of them.
"""

from pathlib import Path
from types import SimpleNamespace as Stub
from typing import NamedTuple

import numpy as np

import torch  # isort: skip  (before TensorFlow, as everywhere)
import tensorflow as tf
from packaging.requirements import Requirement

from chapters.ch02 import exhibits_torch as operations_torch
from chapters.ch12 import published
from chapters.ch14 import history
from helpers import torch_side


class Case(NamedTuple):
    """A lesson, the places of the cells to run (as for `cells.find`), what they find, and the words that follow."""

    lesson: str
    places: list
    planted: dict
    words: dict
    asks: list = []


EAGER, GRAPH = (Stub(executing_eagerly=lambda eager=eager: eager) for eager in (True, False))
ONES, ZEROS = np.ones((8, 8), "float32"), np.zeros((8, 8), "float32")
SERVED = {"metadata": {"signature_def": {"signature_def": {"serving_default": 1, "classify": 1, "raw": 1}}}}
ONE_LOSS = {
    "loss_torch": np.zeros((2, 3)),
    "loss_tf": np.zeros((2, 3)),
    "batches": [1, 2],
    "weights_torch": [1, 2, 3],
    "accuracies_torch": [(0, 0, 1.0)],
    "accuracies_tf": [(0, 0, 1.0)],
    "weights_tf": [1, 2, 3],
}
SHARE = {
    "real": True,
    "answers_tf": {"TensorFlow, SavedModel": (200, {"predictions": [0.5]})},
    "url_tf": "",
    "ask": lambda url: (200, SERVED),
    "folder": Path("nowhere"),
    "own_tf": np.array([0.5], "float32"),
    "exhibits": Stub(is_saved_model=lambda path: path.name == "1"),
}
RUNTIMES = {
    "Interpreter": Stub(__module__="ai_edge_litert.interpreter"),
    "tf": None,
    "file_tf": b"",
    "training": Stub(WEIGHTS=9),
    "runtimes_tf": Stub(advice=lambda file: ["it will go"]),
    "edge": Stub(comes_with=lambda tf: ["ai-edge-litert"]),
    "mobile_tf": ONES,
    "plain_tf": ONES,
}
STEERED = {
    "boards": Stub(
        content=lambda page, name: {
            "data": [{"name": "PyTorch", "y": [1.0, 1.0]}, {"name": "TensorFlow", "y": [1.0, 1.0]}]
        }
    ),
    "page": None,
    "training_torch": lambda now: ((step, 1.0) for step in range(2)),
    "training_tf": lambda now: ((step, 1.0) for step in range(2)),
    "rates_torch": [0.1, 0.1],
    "rates_tf": [0.1, 0.1],
    "batches": range(9),
    "heard_torch": [0, 1],
    "heard_tf": [0],
}
UNPAPERED = [{"month": "2021-10", "conference": "X", "pytorch": 1, "tensorflow": 1, "papers": 9}]
CARD = {"license": "secret", "made by": "", "license text": "", "documented": 0.1, "MB on disk": 1.0}
TABLE = Stub(
    told=lambda package, fact, version=None: {
        "requires": ["tensorflow>=2"],
        "imports": ["x"],
        "holds": ["x"],
        "summary": ["by configurations"],
    }[fact],
    frameworks=lambda package, version=None: ["tensorflow", "torch"],
    released=published.released,
)


CASES = [
    Case(
        "01c",
        ["eager"],
        {
            "tf": GRAPH,
            "path_torch": [6, 3],
            "path_tf": [6, 3],
            "ranks_torch": [0, 1, 2, 3, 4],
            "ranks_tf": [0, 1, 2, 3, 4],
        },
        {"C23b": "HELD"},
    ),
    Case(
        "02c",
        ["gaps"],
        {
            "torch": torch,
            "exhibits_torch": operations_torch,
            "cube": lambda x: x**3 if x > 1 else x * x * x,
            "error": lambda one: 0.0,
            "float64_torch": [0.0],
            "by_hand": np.eye(2),
            "jacobian_torch": np.eye(2),
            "hessian_torch": np.eye(2) + 1,
        },
        {"C28": "PARTLY"},
    ),
    Case(
        "03b",
        ["by_graph"],
        {
            "captured": Stub(get_concrete_function=lambda spec: lambda x: tf.constant(0.0)),
            "vectors": [[1.0]],
            "tf": Stub(TensorSpec=tf.TensorSpec, executing_eagerly=lambda: False),
            "kinds_tf": range(9),
            "tf_side": Stub(tensor=tf.constant),
            "eager_tf": np.array([0.0]),
        },
        {"C23c": "HELD"},
    ),
    Case(
        "03d",
        ["names"],
        {
            "torch": Stub(Session=1),
            "rows": np.eye(1),
            "W_x": np.eye(1),
            "W_h": np.eye(1),
            "h": np.eye(1),
            "next_torch": np.tanh([[2.0]]),
        },
        {"C29": "NO LONGER"},
    ),
    Case(
        "05a",
        ["by_forward"],
        {
            "net_torch": Stub(named_children=lambda: [("hidden", 0), ("out", 0)], forward=lambda x: x),
            "x_torch": torch.zeros(1),
            "class_torch": np.zeros(1, "float32"),
            "torch_side": torch_side,
            "nn": Stub(Linear=Stub(__module__="keras.layers")),
            "NetTorch": int,
            "new_torch": 4,
        },
        {"C47": "NO LONGER", "C48": "NO LONGER"},
    ),
    Case(
        "05a",
        ["# Folded: judges what the article says of Keras's Sequential."],
        {
            "sequence_tf": Stub(layers=[1, 2]),
            "chain_tf": np.ones(1),
            "class_tf": np.zeros(1),
            "before_tf": 0,
            "after_tf": 4,
        },
        {"C51": "PARTLY"},
    ),
    Case(
        "06b",
        ["final"],
        {"gaps": {"as ported": {"Adam": 1e-3}}, "apart": lambda: {"Adam": 1e-3}, "mended_torch": [], "batches": [1]},
        {"C55": "HELD"},
    ),
    Case(
        "06d",
        ["other"],
        {
            "shared": ["SGD", "Adam"],
            "different": {"SGD": [], "Adam": []},
            "weight_torch": 0.0,
            "weight_tf": 1.0,
            "word_torch": 0.0,
            "word_tf": 1.0,
            "forget_torch": 0.0,
            "forget_tf": 1.0,
        },
        {"C56": "PARTLY"},
    ),
    Case(
        "08a",
        ["moved"],
        {
            "task": Stub(first=lambda given: ZEROS),
            "given": None,
            "alone_tf": ONES,
            "alone_torch": ONES,
            "ddp_torch": ONES,
            "mirrored_tf": ZEROS,
            "devices_tf": 2,
        },
        {"C31a": "HELD"},
    ),
    Case(
        "08b",
        ["advice"],
        {"wrapped_scores": ONES, "plain_scores": ONES, "manual": "no such advice", "gpus": []},
        {"C34": "HELD"},
    ),
    Case(
        "09a",
        ["torch_writes"],
        {"alone_torch": {"writes": False, "error": "E"}, "alone_tf": {"writes": True, "error": ""}},
        {"C17": "HELD"},
        ["P9.1"],
    ),
    Case(
        "09a",
        ["score_torch"],
        ONE_LOSS | {"batches": [1, 2, 3], "weights_torch": []},
        {"C38a": "PARTLY", "C38c": "NO LONGER"},
    ),
    Case("09a", ["named"], {"graph_torch": "aten::relu", "graph_tf": "MatMul"}, {"C38b": "PARTLY"}),
    Case(
        "09a",
        ["bold"],
        {
            "pixels_torch": ONES,
            "pixels_tf": ONES,
            "sound_torch": np.zeros(8),
            "sound_tf": np.zeros(8),
            "note_torch": "SGD",
            "note_tf": "<strong>SGD</strong>",
        },
        {"C38d": "PARTLY"},
    ),
    Case(
        "09a",
        ["# Folded: judges what the article says of TensorFlow's visualization."],
        {"loss_tf": [1], "installed_tf": True},
        {"C03": "HELD"},
    ),
    Case(
        "09a",
        ["# Folded: judges whether TensorBoard is TensorFlow's alone."],
        {"loss_tf": [1], "loss_torch": [], "installed_tf": True},
        {"C35": "HELD"},
    ),
    Case("09b", ["brought"], {"importlib": Stub(util=Stub(find_spec=lambda name: None))}, {"C36": "HELD"}),
    Case("09b", ["stopped"], STEERED, {"C39a": "PARTLY"}),
    Case(
        "09b",
        ["# Folded: judges whether each of them was drawn."],
        {"drawn": ["line"], "plots": ["line", "bar"]},
        {"C39b": "NO LONGER"},
    ),
    Case("09c", ["has_page"], {"plugins": ["profile"], "products_tf": ["MatMul"]}, {"C38e": "HELD"}),
    Case("09c", ["offers"], {"methods": [], "drawn": ["line"]}, {"C37": "HELD"}),
    Case("10a", ["warned"], {"heard": [], "torch": Stub(__version__="1.0.0")}, {"C43": "HELD"}),
    Case("10a", ["signatures"], SHARE | {"own_tf": np.array([0.9], "float32")}, {"C41": "PARTLY"}),
    Case(
        "10a",
        ["lost"],
        {"real": True, "stand_in": "", "absent": "", "client": Stub(lost=[1], took=[1.0], frameworks=[])},
        {"C42": "NO LONGER"},
    ),
    Case(
        "10a",
        ["used"],
        {
            "simple_torch": ONES,
            "own_torch": ONES,
            "exhibits": Stub(modules_behind=lambda *parts: {"flask"}),
            "http": Stub(server=Stub(ThreadingHTTPServer=None)),
            "Handler": None,
        },
        {"C44": "HELD"},
    ),
    Case(
        "10a", ["came_torch"], {"own_server_torch": [], "own_server_tf": ["tensorflow_model_server"]}, {"C18": "HELD"}
    ),
    Case("11a", ["advice"], RUNTIMES, {"C45": "NO LONGER", "C06": "HELD"}),
    Case(
        "11a",
        ["kept"],
        {
            "crossed_torch": ONES,
            "plain_torch": ONES,
            "mobile_tf": ZEROS,
            "plain_tf": ONES,
            "mobile_torch": ONES,
            "fates": {"PyTorch Mobile, what it says": "no"},
        },
        {"C20": "NO LONGER"},
    ),
    Case(
        "11a",
        ["good_tf", "has_tf"],
        {
            "tf": Stub(
                saved_model=Stub(load=lambda path: Stub(serve=lambda x: x)), constant=lambda x: x, distribute=Stub()
            ),
            "tf_side": Stub(to_numpy=lambda x: x),
            "folder": Path("nowhere"),
            "test": ZEROS,
            "mobile_tf": ONES,
            "onnx_tf": ONES,
            "plain_tf": ONES,
            "torch": torch,
            "mobile_torch": ONES,
            "onnx_torch": ONES,
            "plain_torch": ONES,
        },
        {"C05": "PARTLY", "C16": "NO LONGER"},
    ),
    Case("12c", ["gain_torch"], {"new_torch": [0.6, 0.6], "new_tf": [0.9, 0.6]}, {"C54d": "PARTLY"}),
    Case(
        "12d",
        ["needs_torch"],
        {
            "width_torch": np.ones(2),
            "spread": np.ones(2),
            "field": np.full(2, 9.0),
            "Requirement": Requirement,
            "torch": torch,
            "importlib": Stub(metadata=Stub(requires=lambda name: ["torch"])),
            "guide": Stub(loc=torch.ones(1)),
            "published": published,
        },
        {"C60": "PARTLY"},
        ["P12.6"],
    ),
    Case(
        "12d",
        ["share"],
        {
            "scores_sonnet": np.eye(10),
            "scores_keras": np.eye(10),
            "digits": Stub(y_test=np.zeros(10, int)),
            "published": published,
        },
        {"C63": "NO LONGER"},
    ),
    Case("12e", ["lacking"], {"published": TABLE}, {"C61": "HELD"}),
    Case(
        "12f",
        ["wanted"],
        {"published": TABLE, "Requirement": Requirement, "tf": Stub(__version__="2.21.0")},
        {"C62": "HELD"},
    ),
    Case("12f", ["then"], {"published": TABLE}, {"C64": "HELD"}),
    Case(
        "14a",
        ["versions"],
        {
            "age": {"TensorFlow": 10.0, "PyTorch": 1.0},
            "today": 2026.8,
            "history": Stub(timeline=lambda kind, of: [{"event": "0.4.0", "date": "2018"}], year=history.year),
            "first": {
                name: {"date": "2017", "event": "Facebook, Google", "source": ""} for name in ("TensorFlow", "PyTorch")
            },
            "waits_torch": [("2026-01-01", 9)] * 2,
            "waits_tf": [("2017-01-01", 9)],
        },
        {"C07": "HELD", "C10": "HELD", "C64b": "PARTLY"},
    ),
    Case(
        "14a",
        ["serving"],
        {
            "papers": UNPAPERED,
            "uses": [],
            "records": [],
            "re": __import__("re"),
            "importlib": Stub(util=Stub(find_spec=lambda name: name)),
        },
        {"C80": "NO LONGER", "C81": "NO LONGER", "C78": "HELD", "C79": "HELD", "C83": "HELD"},
    ),
    Case(
        "14a",
        ["documented"],
        {
            "named": 1,
            "card_torch": CARD,
            "card_tf": CARD,
            "history": Stub(timeline=lambda kind: [{"framework": "a", "event": "Google", "date": "2015"}]),
        },
        {"C22b": "NO LONGER", "C01": "PARTLY"},
    ),
    Case("14b", ["working"], {"ways_tf": {"a class": True, "tf.layers": False}, "ways_torch": {}}, {"C04": "NO LONGER"}),
]

ELSEWHERE = {
    "test_ch00": {
        "C70": "HELD",
        "C71": "HELD",
        "C74b": "NO LONGER",
        "C66": "HELD",
        "C75": "NO LONGER",
        "C67": "HELD",
        "C72": "HELD",
        "C65": "NO LONGER",
        "C68": "NO LONGER",
        "C73": "PARTLY",
        "C74": "HELD",
        "C69": "PARTLY",
        "C75b": "NO LONGER",
    },
    "test_ch03": {
        "C23": "HELD",
        "C22": "HELD",
        "C26": "PARTLY",
        "C24": "PARTLY",
        "C25": "NO LONGER",
        "C27": "NO LONGER",
        "C13": "NO LONGER",
        "C21": "PARTLY",
    },
    "test_ch04": {"C30b": "HELD"},
    "test_ch05": {"C46": "PARTLY", "C52": "HELD", "C53": "NO LONGER", "C50": "HELD", "C19": "HELD", "C49": "HELD"},
    "test_ch07": {"C54": "PARTLY", "C57": "HELD", "C58": "HELD"},
    "test_ch08": {"C31b": "HELD", "C32": "PARTLY"},
    "test_ch09": {"C39c": "PARTLY"},
}
"""{a chapter's tests: {claim: a word that they turn its verdict to}}"""

NEVER_ASKED = {"C65b"}  # its lesson says NOT MEASURED on every machine
