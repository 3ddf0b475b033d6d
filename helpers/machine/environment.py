"""What a user's computer tells Keras, Matplotlib, launchers and servers behind a lesson's back: found, and set aside.

The standard library alone, and parses on Python 3.7: the doctor uses it before anything is installed.
"""
import os
import re
from pathlib import Path

KERAS = {"KERAS_BACKEND": "tensorflow",
         "KERAS_HOME": str(Path(__file__).resolve().parent / "keras")}  # its keras.json: layout and float type
"""What Keras reads when it is imported. A child that is to have another Keras gets variables of its own."""

LEFT_OVER = re.compile(
    r"KERAS_(?!BACKEND$|HOME$)\w+|TF_USE_LEGACY_KERAS|"  # the old Keras; a limit to the number of epochs
    r"TORCH_COMPILE_DISABLE|TORCHDYNAMO_DISABLE|PYTORCH_JIT|"  # capturing, switched off
    r"PET_\w+|TORCHELASTIC_\w+|(LOCAL_|GROUP_|ROLE_)?(RANK|WORLD_SIZE)|ROLE_NAME|MASTER_(ADDR|PORT)|"  # torchrun's
    r"TF_CONFIG|RAY_ADDRESS|(GLOO|NCCL|TP)_SOCKET_IFNAME")  # other machines, and the network to reach them
"""Variables of somebody's other work that would turn a lesson's numbers, or make its launchers wait for nobody."""

LOOPBACK = ("127.0.0.1", "localhost")
INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it where nothing else is set

MODULES = (
    "torch", "tensorflow", "keras", "numpy", "matplotlib", "psutil", "jinja2", "markupsafe", "networkx", "packaging", "PIL",
    "h5py", "ipywidgets", "safetensors", "tqdm", "tensorboard", "visdom", "websocket", "tornado", "ray", "flask", "django",
    "waitress", "gunicorn", "werkzeug", "prometheus_client", "grpc", "google", "tensorflow_serving", "onnx", "onnxruntime",
    "executorch", "ai_edge_litert", "torchao", "pooch", "pyro", "sonnet", "gymnasium", "stable_baselines3", "mido")
"""The modules of others that lessons import. A file of such a name beside a notebook would be taken for them."""


def foreign(environ):
    """{name: value} of the variables that lessons set aside, in order of their names."""
    return {name: environ[name] for name in sorted(environ)
            if LEFT_OVER.fullmatch(name) or environ[name] != KERAS.get(name, environ[name])}


def settle(environ, in_notebook=False):
    """Set the foreign variables aside in `environ`, and keep proxies away from this machine's own servers.

    in_notebook: figures of a learner's own cells appear below them, whatever backend Matplotlib was told to take.
    """
    for name in foreign(environ):
        del environ[name]
    environ.update(KERAS)
    if any(name.lower().endswith("_proxy") for name in environ):
        for name in ("no_proxy", "NO_PROXY"):  # some programs read the one, some the other
            listed = [host for host in environ.get(name, "").split(",") if host.strip()]
            environ[name] = ",".join(listed + [host for host in LOOPBACK if host not in listed])
    if in_notebook:
        environ["MPLBACKEND"] = INLINE


def hiding(folder):
    """The files and folders in `folder` that Python would import in place of a module of MODULES, in order."""
    found = []
    for module in MODULES:
        file, package = Path(folder, module + ".py"), Path(folder, module)
        if file.is_file():
            found.append(file)
        if (package / "__init__.py").is_file():
            found.append(package)
    return sorted(found)


def start_up_files(folder, module):
    """The names of the start-up files of IPython in `folder` that import a module, in order."""
    pattern = re.compile(r"^\s*(import|from)\b.*\b" + module + r"\b", re.M)
    files = sorted(Path(folder).glob("*.[ip]*y")) if os.path.isdir(str(folder)) else []
    return [path.name for path in files if pattern.search(path.read_text(encoding="utf-8", errors="replace"))]
