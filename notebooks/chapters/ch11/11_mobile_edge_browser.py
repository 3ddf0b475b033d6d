# %% [markdown]
# # 11. Mobile, edge and browser
#
# Take a model out of its framework: onto a phone, into eight bits, into a page where you draw a digit and it answers.
# And find out where answers get lost on the way.
#
# > **Minutes**: 50 &nbsp; **Needs**: chapters 5 and 7
# >
# > **You will be able to**
# > - turn a model of either framework into a file that runs without it, and prove that it answers the same
# > - write a converter, and say why it may refuse your model
# > - quantize to 8 bits, and say what that costs in size, answers and outputs
# > - feed a model in a browser with what it was trained on
# >
# > **Claims tested**: C05, C06, C16, C20, C45

# %% tags=["setup"]
from helpers import session
session.start("11")
import importlib.util
import warnings
import numpy as np
import onnxruntime
from helpers import build_dir, claims, data, exercises, parity, plots, show, timing, web
from chapters.ch11 import edge
session.skip_where_missing("executorch", "ai_edge_litert")
edge.quiet_converters()

# %% tags=["torch", "setup"]
import torch
from helpers import torch_side

# %% tags=["tf", "setup"]
with session.quiet():
    import tensorflow as tf
from helpers import tf_side
tf.config.set_visible_devices([], "GPU")       # this chapter is about small processors
tf.get_logger().setLevel("ERROR")              # it would report each file that it writes

# %% tags=["parameters"]
fast = True
seed = 0
device = "auto"
linger = 0             # seconds that the page stays up for you to draw

# %% tags=["setup"]
session.use(seed=seed, device=device, fast=fast)
folder = build_dir() / "chapter-11"
folder.mkdir(parents=True, exist_ok=True)
digits = data.digits()
test = digits.x_test[..., None]                # 382 pictures of 8×8×1
samples = digits.x_train[:300, ..., None]      # pictures that a converter may look at
rng, epochs = np.random.default_rng(seed), (8 if fast else 12)
shapes = [(3, 3, 1, 8), (8,), (3, 3, 8, 16), (16,), (256, 10), (10,)]
start = [rng.normal(scale=(2 / np.prod(shape[:-1])) ** 0.5, size=shape) * (len(shape) > 1) for shape in shapes]
runs, models = {}, {}                          # name: (file, function of one picture); name: (.onnx file, input shape)

def batches():
    for epoch in range(epochs):
        yield from data.batches(digits.x_train[..., None].astype("float64"), digits.y_train, 64, seed, epoch)

def ask_all(answer):
    """The outputs of a function of one picture (1, 8, 8, 1) for all test pictures: (382, 10)."""
    return np.concatenate([np.array(answer(picture[None])).reshape(1, 10) for picture in test])

# %% [markdown]
# ## 11.1 What a phone has no room for
#
# A framework can train. A phone, a camera or a browser tab only *asks* a finished model. For that a
# [runtime](glossary.md#runtime) is enough: a small program that reads a file with a [graph](glossary.md#graph) and its
# numbers, and computes it forward.
#
# Our network will have 3,818 weights. The framework in which it was made comes along for nothing on your laptop; not
# so in an app that people download. Below is what each package takes on disk, without the packages that it requires.

# %%
weights = sum(int(np.prod(shape)) for shape in shapes)
sizes = {name: edge.disk(module) for name, module in (
    ("TensorFlow", "tensorflow"), ("PyTorch", "torch"), ("ExecuTorch", "executorch"), ("ONNX Runtime", "onnxruntime"),
    ("LiteRT", "ai_edge_litert")) if importlib.util.find_spec(module)}
sizes["our weights"] = 4 * weights
fig, ax = plots.figure(width=7.5, height=2.6)
colors = {"TensorFlow": plots.TF["color"], "PyTorch": plots.TORCH["color"]}
ax.barh(list(sizes), [size / 1e6 for size in sizes.values()], color=[colors.get(name, plots.GRAY) for name in sizes])
ax.set(xscale="log", xlabel="size on disk (MB)", ylim=(len(sizes) - 0.4, -0.6))
plots.show(fig, alt="Bars on a logarithmic axis, size on disk: "
           + ", ".join(f"{name} {size / 1e6:,.2f} MB" for name, size in sizes.items()) + ".")
f"the largest is {max(sizes.values()) / sizes['our weights']:,.0f} times as large as our weights"

# %% [markdown]
# ## 11.2 One network, trained twice
#
# Two [convolutions](glossary.md#convolution), one pooling, one dense layer. Both frameworks train it in
# [float64](glossary.md#float64), from the same start, on the same batches, by SGD with
# [momentum](glossary.md#momentum). Rate and momentum are binary fractions, which Keras's float32 holds exactly
# (chapter 6). So both must arrive at the same weights, and what we compare later are the runtimes, not two trainings.
#
# The start weights are laid out for Keras: height, width, in, out. PyTorch wants out, in, height, width; and its
# `Flatten` counts channels first.

# %% tags=["torch"]
def for_torch(arrays):
    first, first_bias, second, second_bias, last, last_bias = arrays
    last = last.reshape(4, 4, 16, 10).transpose(3, 2, 0, 1).reshape(10, 256)
    return [first.transpose(3, 2, 0, 1), first_bias, second.transpose(3, 2, 0, 1), second_bias, last, last_bias]

net_torch = torch.nn.Sequential(
    torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(8, 16, 3, padding=1), torch.nn.ReLU(),
    torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(256, 10)).double()
torch_side.set_weights(net_torch, dict(zip(net_torch.state_dict(), for_torch(start))))
sgd = torch.optim.SGD(net_torch.parameters(), lr=0.125, momentum=0.75)
for x, y in batches():
    loss = torch.nn.functional.cross_entropy(net_torch(torch.from_numpy(x).permute(0, 3, 1, 2)), torch.from_numpy(y))
    sgd.zero_grad()
    loss.backward()
    sgd.step()
learned_torch = list(torch_side.get_weights(net_torch).values())
net_torch = net_torch.float().eval()

# %% tags=["tf"]
def network(dtype):
    layers = tf.keras.layers
    return tf.keras.Sequential([
        tf.keras.Input((8, 8, 1), dtype=dtype), layers.Conv2D(8, 3, padding="same", activation="relu", dtype=dtype),
        layers.Conv2D(16, 3, padding="same", activation="relu", dtype=dtype), layers.MaxPooling2D(dtype=dtype),
        layers.Flatten(dtype=dtype), layers.Dense(10, dtype=dtype)])
wide_tf, net_tf = network("float64"), network("float32")
wide_tf.set_weights(start)
sgd = tf.keras.optimizers.SGD(0.125, momentum=0.75)
@tf.function(reduce_retracing=True)
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, wide_tf(x)))
    sgd.apply(tape.gradient(loss, wide_tf.trainable_variables), wide_tf.trainable_variables)
for x, y in batches():
    step(tf.constant(x), tf.constant(y))
learned_tf = wide_tf.get_weights()
net_tf.set_weights(learned_tf)                 # from here on float32

# %% tags=["verdict"]
both = [dict(zip(net_torch.state_dict(), arrays)) for arrays in (learned_torch, for_torch(learned_tf))]
parity.verdict("all weights after training, in PyTorch's layout", *both, atol=1e-6)
with torch.inference_mode():
    plain_torch = torch_side.to_numpy(net_torch(torch.from_numpy(test).permute(0, 3, 1, 2)))
plain_tf = tf_side.to_numpy(net_tf(test))
parity.verdict("outputs for the test forms, in float32", plain_torch, plain_tf, atol=1e-3)
reads = [float((out.argmax(1) == digits.y_test).mean()) for out in (plain_torch, plain_tf)]
print("test accuracy above 0.9 in both:", min(reads) > 0.9)

# %% [markdown]
# ## 11.3 A file for each: ExecuTorch and LiteRT
#
# The way is the same on both sides. *Capture* the forward pass as a graph ([export](glossary.md#export)), *convert* it
# to a flat file, *run* that with a runtime.
#
# PyTorch's runtime is [ExecuTorch](glossary.md#executorch). It *lowers* the graph: parts that a backend can do faster
# are handed over whole, here to XNNPACK, a library of kernels for processors. TensorFlow's is
# [LiteRT](glossary.md#litert), which was called TensorFlow Lite and uses XNNPACK too. The converter still lives in
# TensorFlow.
#
# Both files are made for inputs of one shape (LiteRT can resize its inputs before it runs). Into LiteRT you copy a
# picture; to ExecuTorch you hand a tensor, and section 11.4 asks how it reads that.

# %% tags=["torch"]
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime
from torch.utils.mobile_optimizer import optimize_for_mobile       # for 11.4
image_torch = torch.zeros(1, 1, 8, 8)
graph_torch = torch.export.export(net_torch, (image_torch,))
def for_executorch(graph):
    return to_edge_transform_and_lower(graph, partitioner=[XnnpackPartitioner()]).to_executorch().buffer
def run_executorch(file):
    program = Runtime.get().load_program(file)
    method = program.load_method("forward")
    def answer(picture, keep=program):                             # the program must outlive its method
        image = torch.empty(1, picture.shape[3], 8, 8)             # a fresh buffer, row after row: section 11.4
        image.copy_(torch.from_numpy(picture).permute(0, 3, 1, 2))
        return method.execute([image])[0].numpy()
    return answer
file_torch = for_executorch(graph_torch)
runs["ExecuTorch, from PyTorch"] = file_torch, run_executorch(file_torch)
with session.quiet():                                              # it reports on the processor
    mobile_torch = ask_all(run_executorch(file_torch))

# %% tags=["tf"]
from ai_edge_litert.interpreter import Interpreter
net_tf.export(folder / "saved", verbose=False)
with session.quiet():
    file_tf = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved")).convert()
def run_litert(file):
    with session.quiet():
        model = Interpreter(model_content=file, num_threads=1)
        model.allocate_tensors()
    (into, (scale, zero)), (out, (step, middle)) = (
        (one["index"], one["quantization"]) for one in (model.get_input_details()[0], model.get_output_details()[0]))
    def answer(picture):
        if scale:                              # an int8 model: the app converts (section 11.6)
            picture = np.clip(np.round(picture / scale) + zero, -128, 127).astype("int8")
        model.set_tensor(into, picture)
        model.invoke()
        got = model.get_tensor(out)
        return (got.astype("float32") - middle) * step if step else got
    return answer
runs["LiteRT, from Keras"] = file_tf, run_litert(file_tf)
mobile_tf = ask_all(run_litert(file_tf))

# %% tags=["verdict"]
parity.verdict("ExecuTorch's outputs and PyTorch's own", mobile_torch, plain_torch, atol=1e-3)
parity.verdict("LiteRT's outputs and TensorFlow's own", mobile_tf, plain_tf, atol=1e-3)
parity.verdict("ExecuTorch and LiteRT", mobile_torch, mobile_tf, atol=1e-3)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    with session.quiet():
        tf.lite.Interpreter(model_content=file_tf)
advice = [str(warning.message) for warning in caught if "ai_edge_litert" in str(warning.message)]
claims.verdict("C45", {"it converts": len(file_tf) > 4 * weights, "it runs the result, with no word of an end": not advice},
               "the converter is part of TensorFlow; its interpreter "
               + ("warns, and sends you to the package ai_edge_litert" if advice else "does not warn"))
comes = "ai-edge-litert" in edge.comes_with(tf)
claims.verdict("C06", {"the file answers as the model did": bool(np.abs(mobile_tf - plain_tf).max() < 1e-3),
                       "the runtime comes with TensorFlow": comes},
               f"the file was run by {Interpreter.__module__.split('.')[0]}, LiteRT's package, which pip "
               + ("installs" if comes else "does not install") + " with TensorFlow")

# %% [markdown]
# ## 11.4 A converter, and ways that fail
#
# A converter is no magic: it walks the graph and says each operation again in the other language. What is not in its
# phrasebook it must refuse. `litert-torch` knows hundreds of operations; it wants other versions than this course, so
# it needs an [environment](glossary.md#environment) of its own. We write one for our five.
#
# Then: an unknown operation; PyTorch Mobile, which old tutorials teach; a picture cut out of a larger
# one; and a color picture kept channels last. The last two have the right shape, but their
# [strides](glossary.md#stride) say that their numbers lie elsewhere. PyTorch follows strides everywhere, so for
# PyTorch each equals its copy. What does the runtime do?

# %%
PHRASES = {
    "conv2d.default": lambda x, kernel, bias, stride, pad: bias + tf.nn.conv2d(
        tf.pad(x, [(0, 0), (pad[0], pad[0]), (pad[1], pad[1]), (0, 0)]), kernel.transpose(2, 3, 1, 0), stride, "VALID"),
    "relu.default": tf.nn.relu,
    "max_pool2d.default": lambda x, size, stride: tf.nn.max_pool2d(x, size, stride, "VALID"),
    "flatten.using_ints": lambda x, axis: tf.reshape(tf.transpose(x, (0, 3, 1, 2)), (1, -1)),  # PyTorch: channels first
    "linear.default": lambda x, kernel, bias: tf.matmul(x, kernel.T) + bias}
def with_tensorflow(program, picture):
    """Do each step of an exported PyTorch program with TensorFlow; picture: (1, 8, 8, 1). Returns the program's output."""
    names, value = program.graph_signature.inputs_to_parameters, {}
    for node in program.graph.nodes:
        if node.op == "output":
            return value[node.args[0][0]]
        elif node.op == "placeholder":
            value[node] = torch_side.to_numpy(program.state_dict[names[node.name]]) if node.name in names else picture
        elif node.target.__name__ in PHRASES:
            inputs = [value[arg] if isinstance(arg, torch.fx.Node) else arg for arg in node.args]
            value[node] = PHRASES[node.target.__name__](*inputs)
        else:
            raise NotImplementedError(f"no phrase for {node.target}")

# %%
steps = [node.target.__name__ for node in graph_torch.graph.nodes if node.op == "call_function"]
said_again = tf.function(lambda picture: with_tensorflow(graph_torch, picture))
recorded = said_again.get_concrete_function(tf.TensorSpec((1, 8, 8, 1), tf.float32))
with session.quiet():
    crossed = tf.lite.TFLiteConverter.from_concrete_functions([recorded], said_again).convert()
runs["LiteRT, from PyTorch"] = crossed, run_litert(crossed)
from_torch = ask_all(run_litert(crossed))
steps, f"{len(crossed):,} bytes, of which weights: {4 * weights:,}"

# %%
def fate_of(action):
    try:
        return f"it answers: {np.round(action(), 3).ravel()[:3]}"
    except Exception as error:                 # to see how it fails
        return f"{type(error).__name__}: {str(error).strip()[:300]}"

def execute(file, image):
    program = Runtime.get().load_program(file)
    return program.load_method("forward").execute([image])[0].numpy()
colorful = torch.export.export(torch.nn.Conv2d(3, 4, 3).eval(), (torch.zeros(1, 3, 8, 8),))
crop, last = torch.rand(1, 1, 10, 10)[:, :, 1:9, 1:9], torch.rand(1, 8, 8, 3).permute(0, 3, 1, 2)
with session.quiet(), warnings.catch_warnings(action="ignore"):
    color, gelu = for_executorch(colorful), torch.export.export(torch.nn.GELU(), (image_torch,))
    fates = {"our converter, GELU": fate_of(lambda: with_tensorflow(gelu, test[:1])),
             "PyTorch Mobile": fate_of(lambda: optimize_for_mobile(torch.jit.script(net_torch))(image_torch).tolist()),
             "ExecuTorch, a crop": fate_of(lambda: execute(file_torch, crop)),
             "ExecuTorch, its copy": fate_of(lambda: execute(file_torch, crop.clone(memory_format=torch.contiguous_format))),
             "ExecuTorch, channels last": fate_of(lambda: execute(color, last)),
             "ExecuTorch, its copy with the same numbers": fate_of(lambda: execute(color, last.contiguous()))}
show.table(["way", "what happens"], fates.items())

# %% tags=["verdict"]
parity.verdict("LiteRT from PyTorch, and PyTorch's own outputs", from_torch, plain_torch, atol=1e-3)
answers = {name: fate.startswith("it answers") for name, fate in fates.items()}
print("who answers:", answers)
parity.differ("ExecuTorch, two tensors that PyTorch calls equal: " + str(torch.equal(last, last.contiguous())),
              execute(color, last), execute(color, last.contiguous()), atol=0.01)
ways = {"TensorFlow by LiteRT": mobile_tf - plain_tf, "PyTorch by ExecuTorch": mobile_torch - plain_torch,
        "PyTorch by LiteRT": from_torch - plain_torch}
kept = [way for way, gap in ways.items() if np.abs(gap).max() < 1e-3]
claims.verdict("C20", {"TensorFlow has a way": "TensorFlow by LiteRT" in kept,
                       "PyTorch has none": not any("PyTorch" in way for way in kept),
                       "PyTorch's way of those days is gone": not answers["PyTorch Mobile"]},
               f"the model's own outputs came from: {', '.join(kept) or 'nothing'}; PyTorch Mobile "
               + ("answers" if answers["PyTorch Mobile"] else f"ends in {fates['PyTorch Mobile'].split(':')[0]}"))

# %% [markdown]
# A refusal is a kindness; an answer to other numbers than you meant is not. In the table's last four rows, which does a
# crop meet, which a picture kept channels last? Copy what a runtime gets into a fresh contiguous tensor, and compare
# outputs on real inputs, not on zeros.
#
# ## 11.5 One format for both: ONNX
#
# [ONNX](glossary.md#onnx) is a file format that belongs to neither. Both frameworks write it, ONNX Runtime reads it, on
# servers, on phones and, compiled to [WebAssembly](glossary.md#webassembly), in every browser. Section 11.10 needs these
# files.
#
# Look at the shapes: each file keeps its framework's [layout](glossary.md#layout). Whoever calls the model must know it.
# With one channel, nobody notices a mistake; with three, nothing works.

# %% tags=["torch"]
file = folder / "from-torch.onnx"
with session.quiet():
    exported = torch.onnx.export(net_torch, (image_torch,), input_names=["image"], output_names=["logits"], verbose=False)
exported.save(file)
model_torch = onnxruntime.InferenceSession(file)
models["PyTorch"] = file, model_torch.get_inputs()[0].shape
onnx_torch = ask_all(lambda picture: model_torch.run(None, {"image": picture.transpose(0, 3, 1, 2)})[0])
models["PyTorch"][1], [node.op_type for node in exported.model.graph]

# %% tags=["tf"]
file = folder / "from-keras.onnx"
with session.quiet():
    net_tf.export(file, format="onnx", verbose=False)
model_tf = onnxruntime.InferenceSession(file)
name = model_tf.get_inputs()[0].name
models["TensorFlow"] = file, [1, *model_tf.get_inputs()[0].shape[1:]]          # the first is free
onnx_tf = ask_all(lambda picture: model_tf.run(None, {name: picture})[0])
models["TensorFlow"][1], name

# %% tags=["verdict"]
parity.verdict("ONNX Runtime and PyTorch", onnx_torch, plain_torch, atol=1e-3)
parity.verdict("ONNX Runtime and TensorFlow", onnx_tf, plain_tf, atol=1e-3)
parity.differ("the shape that the file asks for", list(models["PyTorch"][1]), list(models["TensorFlow"][1]))
saved = tf.saved_model.load(str(folder / "saved"))
reloaded = saved.serve(tf.constant(test))
files = {"SavedModel, for servers": bool(np.abs(tf_side.to_numpy(reloaded) - plain_tf).max() < 1e-3),
         "LiteRT, for devices": bool(np.abs(mobile_tf - plain_tf).max() < 1e-3),
         "ONNX, for what runs elsewhere": bool(np.abs(onnx_tf - plain_tf).max() < 1e-3)}
claims.verdict("C05", files, f"of {len(files)} files from one Keras model, {sum(files.values())} answer as it does")
close = [bool(np.abs(out - plain_torch).max() < 1e-3) for out in (mobile_torch, onnx_torch)]
there = {"many machines": torch.distributed.is_available(), "devices": close[0], "a file that servers load": close[1]}
here = {"many machines": hasattr(tf.distribute, "MultiWorkerMirroredStrategy"),
        "devices": bool(np.abs(mobile_tf - plain_tf).max() < 1e-3),
        "a file that servers load": bool(np.abs(tf_side.to_numpy(reloaded) - plain_tf).max() < 1e-3)}
claims.verdict("C16", {"TensorFlow has all three": all(here.values()), "PyTorch lacks one of them": not all(there.values())},
               f"{', '.join(name for name in here if here[name] and there[name])}: in both")

# %% [markdown]
# ## 11.6 Eight bits
#
# [Quantization](glossary.md#quantization) stores $x$ as an 8-bit integer $q$ and two numbers for a whole tensor:
#
# $$q = \mathrm{clip}(\mathrm{round}(x / s) + z,\ -128,\ 127), \qquad x \approx s\,(q - z)$$
#
# The *scale* $s$ is one step, the *zero point* $z$ the integer for 0. Rounding errs by up to $s/2$. Clipping errs
# without limit. Weights take $s = \max|w| / 127$ for each output channel, and $z = 0$. For what flows between the
# layers, the converter must *see* it flow: it notes the smallest and largest values for sample pictures, the
# [calibration set](glossary.md#calibration-set).
#
# **Prediction 11.1.** float32 has 32 bits, int8 has 8. How large is the int8 file?

# %% tags=["predict"]
guess = ...            # one of: "a quarter", "about half", "almost the same"
exercises.predict("11.1", guess, among=["a quarter", "about half", "almost the same"])

# %% tags=["torch"]
from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import XNNPACKQuantizer, get_symmetric_quantization_config
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

quantizer = XNNPACKQuantizer().set_global(get_symmetric_quantization_config(is_per_channel=True))
watched = prepare_pt2e(graph_torch.module(), quantizer)
for picture in samples:
    watched(torch.from_numpy(picture[None]).permute(0, 3, 1, 2))
rounded = torch.export.export(convert_pt2e(watched), (image_torch,))
int8_torch = for_executorch(rounded)
runs["ExecuTorch int8, from PyTorch"] = int8_torch, run_executorch(int8_torch)
small_torch = ask_all(run_executorch(int8_torch))
f"{len(file_torch):,} bytes became {len(int8_torch):,}"

# %% tags=["tf"]
def to_int8(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([picture[None]] for picture in samples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with session.quiet():
        return converter.convert()

int8_tf = to_int8(tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved")))
runs["LiteRT int8, from Keras"] = int8_tf, run_litert(int8_tf)
small_tf = ask_all(run_litert(int8_tf))
f"{len(file_tf):,} bytes became {len(int8_tf):,}"

# %% tags=["verdict"]
ratio = np.mean([len(int8_torch) / len(file_torch), len(int8_tf) / len(file_tf)])
exercises.outcome("11.1", exercises.first_true({"a quarter": ratio < 0.33, "about half": ratio < 0.75,
                                                "almost the same": ratio >= 0.75}))
changed_torch, changed_tf = (int((small.argmax(1) != plain.argmax(1)).sum())
                             for small, plain in ((small_torch, plain_torch), (small_tf, plain_tf)))
print("of 382 answers, fewer than 10 changed: PyTorch", changed_torch < 10, "TensorFlow", changed_tf < 10)
parity.differ("int8 outputs, PyTorch", small_torch, plain_torch, atol=0.01)
parity.differ("int8 outputs, TensorFlow", small_tf, plain_tf, atol=0.01)

# %%
from onnxruntime.quantization import quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
def onnx_int8(path, shape, pictures):
    ready, small = path.with_suffix(".ready.onnx"), path.with_suffix(".int8.onnx")
    quant_pre_process(path, ready)             # fuses what belongs together
    quantize_static(ready, small, edge.calibration(path, shape, pictures), per_channel=True)
    return small

def run_onnx(path, shape):
    model = edge.one_thread(path)
    name = model.get_inputs()[0].name
    return lambda picture: model.run(None, {name: picture.reshape(shape)})[0]   # one channel: a reshape is a permute

for name, (path, shape) in models.items():
    origin, small = {"TensorFlow": "Keras"}.get(name, name), onnx_int8(path, shape, samples)
    runs[f"ONNX Runtime, from {origin}"] = path.read_bytes(), run_onnx(path, shape)
    runs[f"ONNX Runtime int8, from {origin}"] = small.read_bytes(), run_onnx(small, shape)
if "LiteRT, from PyTorch" in runs:
    crossed_int8 = to_int8(tf.lite.TFLiteConverter.from_concrete_functions([recorded], said_again))
    runs["LiteRT int8, from PyTorch"] = crossed_int8, run_litert(crossed_int8)

# %% [markdown]
# ## 11.7 What calibration must see
#
# Three calibration sets for the same model: scans of digits; pure noise, uniform from 0 to 1, in which nobody sees a
# digit; and scans of digits that somebody has divided by 16 once too often. Each is only used to find ranges; the test
# is the same.
#
# **Prediction 11.2.** Which of them ruins the model, so that it reads fewer than four out of five digits?

# %% tags=["predict"]
guess = ...            # one of: "noise", "divided twice", "both", "neither"
exercises.predict("11.2", guess, among=["noise", "divided twice", "both", "neither"])

# %%
path, shape = next(iter(models.values()))
exact, found = ask_all(run_onnx(path, shape)), {}
noise = np.random.default_rng(seed).uniform(size=samples.shape).astype("float32")
for name, pictures in {"digits": samples, "noise": noise, "divided twice": samples / 16}.items():
    found[name] = ask_all(run_onnx(onnx_int8(path, shape, pictures), shape))
show.table(["calibrated on", "accuracy", "answers changed", "largest output change"],
           [(name, f"{(out.argmax(1) == digits.y_test).mean():.3f}", int((out.argmax(1) != exact.argmax(1)).sum()),
             f"{np.abs(out - exact).max():.2f}") for name, out in found.items()])
ruined = [name for name, out in found.items() if (out.argmax(1) == digits.y_test).mean() < 0.8]
exercises.outcome("11.2", exercises.first_true({
    "both": {"noise", "divided twice"} <= {*ruined}, "noise": "noise" in ruined, "divided twice": "divided twice" in ruined,
    "neither": not ruined}))

# %% [markdown]
# Ranges are all that calibration takes from the pictures. Noise from 0 to 1 has the inputs' own range, though it shows
# nothing; divided pictures teach ranges that real inputs leave, and what leaves a range is clipped. The table says what
# each costs.
#
# ## 11.8 One table
#
# Each weight saves three bytes; names, shapes and the graph stay. In a network of millions of weights they vanish, and a
# quarter it is. Outputs can move where answers do not: an app that compares a score with a threshold notices. So look at
# both columns.
#
# All files, in turns, one picture at a time, one thread. *p50* is the median [latency](glossary.md#latency) on this
# machine; a phone has other instructions.

# %%
frames = {}
if "PyTorch" in models:
    def torch_eager(picture):
        with torch.inference_mode():
            return net_torch(torch.from_numpy(picture).permute(0, 3, 1, 2)).numpy()
    frames["PyTorch itself"] = None, torch_eager
if "TensorFlow" in models:
    compiled = tf.function(net_tf)
    frames["TensorFlow itself"] = None, lambda picture: compiled(picture).numpy()
everything = frames | dict(sorted(runs.items()))
one = test[:1]
times = timing.compare({name: lambda answer=answer: answer(one) for name, (_, answer) in everything.items()},
                       rounds=200 if fast else 1000, warmup=20)
rows = {name: (len(file) if file else None, 1e6 * times[name].median, ask_all(answer))
        for name, (file, answer) in everything.items()}
show.table(["runtime", "file (bytes)", "p50 (µs)", "accuracy", "largest output change"],
           [(name, f"{size:,}" if size else "", f"{micro:.0f}", f"{(out.argmax(1) == digits.y_test).mean():.3f}",
             f"{np.abs(out - exact).max():.1e}") for name, (size, micro, out) in rows.items()],
           caption=f"382 test digits, one picture at a time; weights alone: {4 * weights:,} bytes, in int8 {weights:,}")

# %%
def interval(right, n, z=1.96):
    """Wilson's 95 % interval of a share (Wilson 1927): how far off may it be, from n pictures alone?"""
    middle, half = (right + z * z / 2) / (n + z * z), z * (right * (n - right) / n + z * z / 4) ** 0.5 / (n + z * z)
    return middle - half, middle + half

fig, (ax, ax2) = plots.figure(1, 2, width=10.5, height=3.8)
markers = {"ExecuTorch": "o", "LiteRT": "s", "ONNX Runtime": "^"}
for name, (size, micro, out) in rows.items():
    color = (plots.TORCH if "PyTorch" in name else plots.TF)["color"]
    face = "white" if "int8" in name else color
    ax2.barh(name, micro, facecolor=face, edgecolor=color)
    if size:
        right = int((out.argmax(1) == digits.y_test).sum())
        low, high = interval(right, len(test))
        ax.errorbar(size / 1000, right / 382, [[right / 382 - low], [high - right / 382]], color=color, elinewidth=0.6,
                    mfc=face, marker=next(markers[key] for key in markers if name.startswith(key)), markersize=8)
ax.set(xlabel="file (kB)", ylabel="test accuracy, 95 % interval", title="hollow: int8. ○ ExecuTorch, □ LiteRT, △ ONNX")
ax2.set(xlabel="p50 latency (µs)", xscale="log", ylim=(len(rows) - 0.4, -0.6), title="one picture")
plots.show(fig, alt="Left: size against accuracy of each file, with error bars. Right: the latency of each runtime and "
           "framework, as bars on a logarithmic axis. The table above has all these numbers.")

# %% [markdown]
# ## 11.9 Before the model: the picture
#
# So far all pictures were the test scans themselves. Now the app hands over *its* own. Say that it cuts out the digit a
# little carelessly, and all test digits arrive a few pixels off.
#
# **Prediction 11.3.** How many of the digits does the same float network read, if they are shifted by two pixels to the
# left or right?

# %% tags=["predict"]
guess = ...            # one of: "nine of ten", "two of three", "one of three or fewer"
exercises.predict("11.3", guess, among=["nine of ten", "two of three", "one of three or fewer"])

# %%
def shifted(pictures, down, right):
    paper = np.pad(pictures, [(0, 0), (2, 2), (2, 2), (0, 0)])
    return paper[:, 2 - down:10 - down, 2 - right:10 - right]

answer = run_onnx(*next(iter(models.values())))
def accuracy(pictures):
    return np.mean([answer(picture[None]).argmax() == label for picture, label in zip(pictures, digits.y_test)])

grid = np.array([[accuracy(shifted(test, down, right)) for right in range(-2, 3)] for down in range(-2, 3)])
share = grid[2, [0, 4]].mean()
exercises.outcome("11.3", exercises.first_true({"nine of ten": share > 0.8, "two of three": share > 0.45,
                                                "one of three or fewer": share <= 0.45}))
fig, ax = plots.figure(width=4.2, height=3.4)
ax.imshow(grid, cmap="gray", vmin=0, vmax=1.3, extent=(-2.5, 2.5, 2.5, -2.5))
for (down, right), value in np.ndenumerate(grid):
    ax.text(right - 2, down - 2, f"{value:.0%}", ha="center", va="center", color="white" if value < 0.6 else "black")
ax.set(xlabel="shifted right (pixels)", ylabel="shifted down (pixels)", title="digits read", yticks=range(-2, 3))
ax.grid(False)
plots.show(fig, alt="Digits read by shift; rows from two pixels up to two down, columns from left to right: "
           + "; ".join(" ".join(f"{value:.0%}" for value in row) for row in grid))

# %% [markdown]
# Set this beside the accuracies in 11.8. The network knows digits as *these* scans show them, so the page must make its
# pictures as they were made. NIST's programs, whose source is public, put each digit into a box of 20×32 pixels,
# stretched both ways, in the middle of 32×32; thinned or thickened it until neither little nor much was black; and
# sheared it upright, so that the leftmost ink at top and bottom stand above each other. Then [black pixels were
# counted](https://archive.ics.uci.edu/dataset/80) in blocks of 4×4.
#
# A page has strokes instead of ink. We choose the pen: so thick that 312 pixels are black, as in the average scan.

# %%
def fit(strokes, radius):
    """Strokes, lists of points, stretched to NIST's box (less the pen's width) and sheared upright."""
    (left, top), (right, bottom) = (f(np.concatenate(strokes), axis=0) for f in (np.min, np.max))
    down = (32 - 2 * radius) / max(bottom - top, 1)
    across = min((20 - 2 * radius) / max(right - left, 1), 1.5 * down)      # a 1 does not become a block
    placed = [np.array([((x - (left + right) / 2) * across, (y - (top + bottom) / 2) * down) for x, y in stroke])
              for stroke in strokes]
    x, y, edge = *np.concatenate(placed).T, 13 - radius
    above, below = x[y <= -edge], x[y >= edge]
    lean = (above.min() - below.min()) / (2 * edge) if len(above) and len(below) else 0.0
    return [np.stack([stroke[:, 0] + lean * stroke[:, 1] + 16, stroke[:, 1] + 16], axis=1) for stroke in placed]

# %%
def pen(strokes, radius):
    """The 32×32 pixels of which the center is at most radius from a stroke."""
    row, column = np.mgrid[:32, :32] + 0.5
    black = np.zeros((32, 32), bool)
    for stroke in strokes:
        for (ax, ay), (bx, by) in zip(stroke, stroke[1:] if len(stroke) > 1 else stroke):
            x, y, dx, dy = column - ax, row - ay, bx - ax, by - ay
            along = np.clip((x * dx + y * dy) / (dx * dx + dy * dy or 1), 0, 1)   # the nearest point of the segment
            black |= (x - along * dx) * (x - along * dx) + (y - along * dy) * (y - along * dy) <= radius * radius
    return black

def scan(strokes):
    """The 8×8 picture of a drawing, and the bitmap on the way."""
    radius = 1.0
    while (black := pen(fit(strokes, radius), radius)).sum() < 312 and radius < 4:
        radius += 0.25
    return black.reshape(8, 4, 8, 4).sum(axis=(1, 3)).astype("float32") / 16, black

# %%
drawn = [{"label": label, "strokes": strokes, "picture": scan(strokes)[0].ravel()} for label, strokes in edge.drawings()]
def careless(strokes):
    """What one writes first: paint the whole canvas with a fat pen, and average blocks of it."""
    black = pen([np.array(stroke) * 32 / 280 for stroke in strokes], 2.0)
    return black.reshape(8, 4, 8, 4).sum(axis=(1, 3)).astype("float32") / 16
ways = {"as the scans were made": lambda one: one["picture"], "canvas, averaged": lambda one: careless(one["strokes"])}
read = {name: sum(answer(make(one).reshape(1, 8, 8, 1)).argmax() == one["label"] for one in drawn)
        for name, make in ways.items()}
fig, axes = plots.figure(4, 10, width=10.5, height=4.4)
for column, one in zip(axes.T, drawn[::2]):
    for stroke in one["strokes"]:
        column[0].plot(*np.array(stroke).T, color="black", linewidth=2)
    column[0].set(xlim=(0, 280), ylim=(280, 0), aspect="equal")
    plots.images(column[1:3], [scan(one["strokes"])[1], scan(one["strokes"])[0]])
    scores = answer(one["picture"].reshape(1, 8, 8, 1))[0]
    column[3].bar(range(10), np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(), color=plots.GRAY)
    column[3].set(ylim=(0, 1), title=f"read: {scores.argmax()}", xticks=[], yticks=[])
    column[0].set(xticks=[], yticks=[])
plots.show(fig, alt="Ten drawn digits in four rows: strokes, bitmap of 32×32, picture of 8×8, and the probabilities.")
show.table(["picture", f"drawings read, of {len(drawn)}"], read.items())

# %% [markdown]
# ## 11.10 A page that reads your digit
#
# A browser runs no Python, so `helpers/page/scan.js` has the same steps in JavaScript. Two versions of one
# preprocessing are a classic source of errors; so the page checks itself, on scans with Python's outputs and drawings
# with Python's pictures. It gets models and ONNX Runtime, a file of [WebAssembly](glossary.md#webassembly), from this
# machine, and may ask nobody else. What you draw stays in the browser.
#
# To draw, set `linger = 600` in the parameters, and run from there. Escape begins again; without a mouse, *Read a
# scan* shows a test digit. The folder is all that a web host needs: on a distant hub, download it and serve it at
# home.

# %%
chosen = [int(np.flatnonzero(digits.y_test == label)[k]) for k in range(3) for label in range(10)]
ask = {name: run_onnx(path, shape) for name, (path, shape) in models.items()}
scans = [{"label": int(digits.y_test[k]), "picture": test[k].ravel(),
          "logits": {name: one(test[k][None])[0] for name, one in ask.items()}} for k in chosen]
try:
    page = edge.write_page(folder / "page", models, scans, drawn)
except FileNotFoundError as problem:           # ONNX Runtime for browsers is fetched once, before the course
    print(f"There is no page: {problem}")
else:
    with edge.serve(page) as server:
        sent = {path.name: web.ask(server.url, path.name) == path.read_bytes() for path, _ in models.values()}
        print("the models that the page gets are those that we wrote, byte for byte:", sent)
        print("HTTP status of the page, of a file outside, of a list of files:",
              [web.status(f"{server.url}/{path}") for path in ("index.html", "../from-torch.ready.onnx", "ort/")])
        web.look(server, linger)

# %% [markdown]
# ## 11.11 Exercises
#
# ### Exercise 11.1
# Each output channel of a PyTorch kernel is rounded to int8 and back. Port it to TensorFlow and its layout.
#
# ### Exercise 11.2
# An app fills an int8 model's input itself. Write it in NumPy, by the formula of 11.6.
#
# ### Exercise 11.3
# A dense layer in integers, as small processors compute it: int8 inputs, weights (with zero point 0) and outputs, int32
# biases. `ratio` is input scale × weight scale / output scale.
#
# ### Exercise 11.4
# Three apps run our model, and read badly. You have the tensor that reached each model, and the picture as Python
# makes it. Print them, and name each mistake: "transposed", "inverted", "shifted", "divided by 16 again" or "none".

# %% tags=["exercise"]
def rounded_torch(kernel):                     # out, in, height, width
    scale = kernel.abs().amax((1, 2, 3), keepdim=True) / 127
    return torch.round(kernel / scale) * scale

answer = ...           # a function of a TensorFlow kernel: height, width, in, out
# solution
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale
# wrong: PyTorch's axes
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel), axis=(1, 2, 3), keepdims=True) / 127
    return tf.round(kernel / scale) * scale
# wrong: one scale for the whole kernel
def answer(kernel):
    scale = tf.reduce_max(tf.abs(kernel)) / 127
    return tf.round(kernel / scale) * scale
# wrong: largest value, not the largest magnitude
def answer(kernel):
    scale = tf.reduce_max(kernel, axis=(0, 1, 2), keepdims=True) / 127
    return tf.round(kernel / scale) * scale

# %% tags=["check"]
exercises.check("11.1", answer)

# %% tags=["exercise"]
answer = ...           # a function of x (float array), scale and zero (numbers), giving int8
# solution
def answer(x, scale, zero):
    return np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")
# wrong: wraps around
def answer(x, scale, zero):
    return (np.round(x / scale) + zero).astype("int64").astype("int8")
# wrong: cuts off
def answer(x, scale, zero):
    return np.clip(x / scale + zero, -128, 127).astype("int8")
# wrong: the zero point is missing
def answer(x, scale, zero):
    return np.clip(np.round(x / scale), -128, 127).astype("int8")

# %% tags=["check"]
exercises.check("11.2", answer)

# %% tags=["exercise"]
answer = ...           # a function of q (batch, in) and its zero point, w (in, out), b, ratio, the outputs' zero point
# solution
def answer(q, zero, w, b, ratio, out):
    total = (q.astype("int32") - zero) @ w.astype("int32") + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")
# wrong: overflows
def answer(q, zero, w, b, ratio, out):
    total = (q - np.int8(zero)) @ w + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")
# wrong: zero point of the inputs
def answer(q, zero, w, b, ratio, out):
    total = q.astype("int32") @ w.astype("int32") + b
    return np.clip(np.round(total * ratio) + out, -128, 127).astype("int8")
# wrong: the biases are on the scale of the sum
def answer(q, zero, w, b, ratio, out):
    total = (q.astype("int32") - zero) @ w.astype("int32")
    return np.clip(np.round(total * ratio) + b + out, -128, 127).astype("int8")

# %% tags=["check"]
exercises.check("11.3", answer)

# %% tags=["exercise"]
from chapters.ch11 import checks as ch11
picture = digits.x_test[4]
reached = ch11.apps(picture)                   # {"A": array, "B": array, "C": array}, each 8×8
answer = ...           # {"A": "...", "B": "...", "C": "..."}
# solution
answer = {"A": "transposed", "B": "none", "C": "divided by 16 again"}
# wrong: app A
answer = {"A": "shifted", "B": "none", "C": "divided by 16 again"}
# wrong: app B
answer = {"A": "transposed", "B": "inverted", "C": "divided by 16 again"}
# wrong: one entry for each app
answer = "transposed"

# %% tags=["check"]
exercises.check("11.4", answer)

# %% [markdown]
# ## 11.12 Quiz

# %%
exercises.quiz("11")

# %% [markdown]
# ## 11.13 Verdicts
#
# Does TensorFlow run on phones, is that an advantage over PyTorch, and who does the running? What the cells above saw:

# %%
claims.close("11")

# %% [markdown]
# ## 11.14 Summary and further reading
#
# - Capture, convert, run: compare the outputs after each step, for the whole test set, before you ship.
# - int8 saves three bytes a weight. Count the answers that it changes, measure how far it moves outputs, and calibrate
#   it with what the model will really see.
# - Preprocessing belongs to the model: test it with the same inputs on both sides, before you blame a converter.
# - Measure latency on the device, not on your laptop.
#
# Further reading: [LiteRT](https://ai.google.dev/edge/litert),
# [ExecuTorch](https://docs.pytorch.org/executorch/stable/index.html),
# [litert-torch](https://github.com/google-ai-edge/litert-torch),
# [ONNX Runtime for the web](https://onnxruntime.ai/docs/tutorials/web/), and
# [Jacob et al.](https://arxiv.org/abs/1712.05877) on how integers do it all. Next: what can be built.
