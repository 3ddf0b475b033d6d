"""Answers to the exercises of chapter 13, as learners write them: right, and wrong with what the check must say."""

# %% 13.1 right: NaN made 0
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    above = decibels - decibels.amin(dim=(1, 2), keepdim=True)
    return torch.nan_to_num(above / above.amax(dim=(1, 2), keepdim=True))

# %% 13.1 right: the largest is never less than a little
def answer(strength):
    d = 20 * torch.log10(torch.sqrt(strength * strength + 1e-10))
    d = d - d.flatten(1).min(1).values[:, None, None]
    return d / d.flatten(1).max(1).values.clamp(min=1e-20)[:, None, None]

# %% 13.1 right: another logarithm, for the base cancels
def answer(strength):
    loud = torch.log(strength.square() + 1e-10)
    low, high = loud.amin((-2, -1), True), loud.amax((-2, -1), True)
    span = high - low
    return (loud - low) / span.where(span > 0, torch.ones_like(span))

# %% 13.1 right: a loop over the sounds
def answer(strength):
    found = []
    for sound in strength:
        above = 10 * torch.log10(sound**2 + 1e-10)
        above = above - above.min()
        found.append(above / above.max() if above.max() > 0 else above)
    return torch.stack(found)

# %% 13.1 right: a module
class Level(nn.Module):
    def forward(self, strength):
        above = torch.log10(strength.pow(2) + 1e-10)
        above = above - torch.amin(above, (1, 2), keepdim=True)
        most = torch.amax(above, (1, 2), keepdim=True)
        return torch.where(most > 0, above / most, 0.0)
answer = Level()

# %% 13.1 wrong: all sounds of the batch together
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.min()
    return torch.nan_to_num(above / above.max())

# %% 13.1 wrong: gives 0, not 1
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin((1, 2), keepdim=True)
    return torch.nan_to_num(above / above.amax((1, 2), keepdim=True), nan=1.0)

# %% 13.1 wrong: not scaled to 0 ... 1
def answer(strength):
    decibels = 10 * torch.log10(strength**2 + 1e-10)
    return decibels - decibels.amin((1, 2), keepdim=True)

# %% 13.1 wrong: each pitch by itself
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin(1, keepdim=True)
    return torch.nan_to_num(above / above.amax(1, keepdim=True))

# %% 13.1 wrong: the 1e-10 is missing
def answer(strength):
    above = 20 * torch.log10(strength)
    above = above - above.amin((1, 2), keepdim=True)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)

# %% 13.1 wrong: the lowest is not taken off
def answer(strength):
    above = 10 * torch.log10(strength**2 + 1e-10)
    most = above.amax((1, 2), keepdim=True)
    return above / torch.where(most == 0, 1, most)

# %% 13.1 wrong: is there a `return`?
def answer(strength):
    above = torch.log10(strength**2 + 1e-10)
    above = above - above.amin((1, 2), keepdim=True)
    torch.nan_to_num(above / above.amax((1, 2), keepdim=True))

# %% 13.1 wrong: where a PyTorch tensor is asked for
def answer(strength):
    above = np.log10(strength.numpy()**2 + 1e-10)
    above = above - above.min((1, 2), keepdims=True)
    return np.nan_to_num(above / above.max((1, 2), keepdims=True))

# %% 13.2 right: what NumPy says of float32
def answer(x, kernel):
    return len(kernel) * np.finfo(np.float32).eps * (np.abs(x) @ np.abs(kernel)).max()

# %% 13.2 right: row by row
def answer(x, kernel):
    most = 0.0
    for row in x:
        most = max(most, sum(abs(float(a) * float(b)) for a, b in zip(row, kernel)))
    return 2 * x.shape[1] * most / 2**24

# %% 13.2 right: the exact bound, with 1 - nu
def answer(x, kernel):
    nu = kernel.size * 2.0**-24
    return 2 * nu / (1 - nu) * float(np.max(np.sum(np.abs(x * kernel[None]), -1)))

# %% 13.2 right: in PyTorch
def answer(x, kernel):
    sizes = torch.tensor(x).abs() @ torch.tensor(kernel).abs()
    return 2 * len(kernel) * 2.0**-24 * sizes.max()

# %% 13.2 right: a norm
def answer(x, kernel):
    return 2 * kernel.shape[0] * 2.0**-24 * np.linalg.norm(x * kernel, ord=np.inf)

# %% 13.2 wrong: the result may be near 0
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs((x * kernel).sum(1)).max()

# %% 13.2 wrong: rounding errs by half of it
def answer(x, kernel):
    return 2 * len(kernel) * np.finfo(np.float32).eps * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: float64's rounding
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-53 * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: that is float64's step
def answer(x, kernel):
    return 2 * len(kernel) * np.finfo(float).eps * np.abs(x * kernel).sum(1).max()

# %% 13.2 wrong: adds up all rows
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum()

# %% 13.2 wrong: the largest product
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).max()

# %% 13.2 wrong: return one number
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum(1)

# %% 13.2 wrong: not the mean
def answer(x, kernel):
    return 2 * len(kernel) * 2.0**-24 * np.abs(x * kernel).sum(1).mean()

# %% 13.2 wrong: a fixed number
def answer(x, kernel):
    return 0.00001

# %% 13.2 wrong: for 5 inputs and 6 rows it should be
def answer(x, kernel):
    return 2 * len(x) * 2.0**-24 * np.abs(x * kernel).sum(1).max()

# %% 13.3 right: the kit's causes, looked up in a table
WORDS = {"gates": "gates in another order", "turned round": "kernel turned round", "bias": "bias left out"}
answer = {}
for name, values in broken.items():
    tf_side.set_weights(spare, values)
    found = port.first_difference(tf_side.activations(spare, chunk, state), right)
    told = " ".join(cause.words for cause in found.causes)
    answer[name] = next(fault for word, fault in WORDS.items() if word in told)

# %% 13.3 right: without the kit, by the weights that differ
values = tf_side.get_weights(net_tf)
answer = {}
for name, other in broken.items():
    differ = [path for path in values if not np.array_equal(values[path], other[path])]
    if len(differ) == 3:
        answer[name] = "gates in another order"
    else:
        answer[name] = "bias left out" if differ[0].endswith("bias") else "kernel turned round"

# %% 13.3 right: as dict
answer = dict(A="gates in another order", B="kernel turned round", C="bias left out")

# %% 13.3 right: in another order, with blanks
answer = {"C": " bias left out", "A": "gates in another order ", "B": "kernel turned round"}

# %% 13.3 right: zipped
answer = dict(zip("ABC", ["gates in another order", "kernel turned round", "bias left out"]))

# %% 13.3 wrong: port B: look at which layer differs first
answer = {"A": "gates in another order", "B": "padding at one side", "C": "bias left out"}

# %% 13.3 wrong: port A: look at which layer differs first
answer = {"A": "none", "B": "kernel turned round", "C": "bias left out"}

# %% 13.3 wrong: port C: look at which layer differs first
answer = dict(zip("ABC", ["gates in another order", "kernel turned round", "gates in another order"]))

# %% 13.3 wrong: 'turned' is none of gates in another order
answer = {"A": "gates in another order", "B": "turned", "C": "bias left out"}

# %% 13.3 wrong: one entry for each port
answer = {"A": "gates in another order", "B": "kernel turned round"}

# %% 13.3 wrong: one entry for each port
answer = {"a": "gates in another order", "b": "kernel turned round", "c": "bias left out"}

# %% 13.3 wrong: is none of gates in another order
answer = {"A": ["gates in another order"], "B": ["kernel turned round"], "C": ["bias left out"]}

# %% 13.4 right: a loop over four frames
def answer(x, window):
    x = tf.concat([x, tf.reverse(x[:, -65:-1], [1])], axis=1)
    frames = [x[:, start : start + 256] for start in (0, 128, 256, 384)]
    return tf.stack([tf.abs(tf.signal.rfft(frame * window)) for frame in frames], axis=1)

# %% 13.4 right: by hand, with the matrix of the transform
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], mode="REFLECT")
    frames = tf.signal.frame(x, 256, 128) * window
    angle = 2 * np.pi * np.outer(np.arange(256), np.arange(129)) / 256
    real = tf.matmul(frames, tf.cast(np.cos(angle), x.dtype))
    imaginary = tf.matmul(frames, tf.cast(np.sin(angle), x.dtype))
    return tf.sqrt(real**2 + imaginary**2)

# %% 13.4 right: as a convolution again
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    n = np.arange(256)[:, None]
    angle = 2 * np.pi * n * np.arange(129) / 256
    kernel = tf.cast(np.concatenate([np.cos(angle), np.sin(angle)], 1), x.dtype) * window[:, None]
    y = tf.nn.conv1d(x[:, :, None], kernel[:, None, :], 128, "VALID")
    return tf.sqrt(y[..., :129] ** 2 + y[..., 129:] ** 2)

# %% 13.4 right: keras.ops
def answer(x, window):
    x = ops.pad(x, [(0, 0), (0, 64)], mode="reflect")
    real, imaginary = ops.rfft(ops.extract_sequences(x, 256, 128) * window)
    return ops.sqrt(real**2 + imaginary**2)

# %% 13.4 right: by tf.signal.stft with a window of one's own
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    return tf.abs(tf.signal.stft(x, 256, 128, window_fn=lambda length, dtype: tf.cast(window, dtype)))

# %% 13.4 right: the whole transform, and its first half
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    frames = tf.signal.frame(x, 256, 128) * window
    wide = tf.complex(frames, tf.zeros_like(frames))
    return tf.abs(tf.signal.fft(wide))[..., :129]

# %% 13.4 wrong: not at the left
def answer(x, window):
    x = tf.pad(x, [(0, 0), (64, 0)], "REFLECT")
    return tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.4 wrong: yours are shared out
def answer(x, window):
    x = tf.pad(x, [(0, 0), (32, 32)], "REFLECT")
    return tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.4 wrong: `reflect` does not repeat it
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "SYMMETRIC")
    return tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.4 wrong: that is the real part alone
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    return tf.math.real(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.4 wrong: the axes are PyTorch's
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    found = tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))
    return tf.transpose(found, (0, 2, 1))

# %% 13.4 wrong: shape (3, 3, 129) where (3, 4, 129) is asked for
def answer(x, window):
    return tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.4 wrong: where a TensorFlow tensor is asked for
def answer(x, window):
    x = np.pad(x.numpy(), [(0, 0), (0, 64)], mode="reflect")
    frames = np.stack([x[:, k : k + 256] for k in (0, 128, 256, 384)], 1)
    return np.abs(np.fft.rfft(frames * window.numpy()))

# %% 13.4 wrong: your function returned None
def answer(x, window):
    x = tf.pad(x, [(0, 0), (0, 64)], "REFLECT")
    tf.abs(tf.signal.rfft(tf.signal.frame(x, 256, 128) * window))

# %% 13.5 right: three sets of names
def answer(arrays):
    counters = {"global_step", "beta1_power", "beta2_power"}
    inner = {name for name in arrays if name.rsplit("/", 1)[0] in arrays and "/" in name}
    weights = set(arrays) - counters - inner
    return {name: arrays.get(name + "/ExponentialMovingAverage", arrays[name]) for name in weights}

# %% 13.5 right: first the weights, then the averages over them
def answer(arrays):
    result = {}
    for name, value in arrays.items():
        parts = name.split("/")
        if "/".join(parts[:-1]) in arrays or parts[-1] in ("global_step", "beta1_power", "beta2_power"):
            continue
        result[name] = value
    for name in list(result):
        shadow = f"{name}/ExponentialMovingAverage"
        if shadow in arrays:
            result[name] = arrays[shadow]
    return result

# %% 13.5 right: a search for every front
def answer(arrays):
    def belongs(name):
        return any(name.startswith(other + "/") for other in arrays if other != name)
    kept = [n for n in arrays if not belongs(n) and n not in ["global_step", "beta1_power", "beta2_power"]]
    end = "/ExponentialMovingAverage"
    return {n: arrays[n + end] if n + end in arrays else arrays[n] for n in kept}

# %% 13.5 right: copies, and lists
def answer(arrays):
    found = {}
    for name in sorted(arrays):
        if name in ("global_step", "beta1_power", "beta2_power") or name[: name.rfind("/")] in arrays:
            continue
        source = name + "/ExponentialMovingAverage"
        found[name] = arrays[source if source in arrays else name].copy()
    return found

# %% 13.5 right: known endings of several optimizers
def answer(arrays):
    ends = ("Adam", "Adam_1", "Momentum", "RMSProp", "RMSProp_1", "Adagrad", "ExponentialMovingAverage")
    out = dict(arrays)
    for name in arrays:
        front, _, last = name.rpartition("/")
        if last in ends and front in arrays:
            if last == "ExponentialMovingAverage":
                out[front] = arrays[name]
            del out[name]
    for name in ("global_step", "beta1_power", "beta2_power"):
        out.pop(name, None)
    return out

# %% 13.5 right: with pathlib
from pathlib import PurePosixPath
def answer(arrays):
    counters = "global_step beta1_power beta2_power".split()
    own = [n for n in arrays if n not in counters and str(PurePosixPath(n).parent) not in arrays]
    return {n: arrays.get(str(PurePosixPath(n, "ExponentialMovingAverage")), arrays[n]) for n in own}

# %% 13.5 wrong: the program evaluated their averages
def answer(arrays):
    counters = {"global_step", "beta1_power", "beta2_power"}
    return {n: a for n, a in arrays.items() if n not in counters and n.rsplit("/", 1)[0] not in arrays}

# %% 13.5 wrong: belongs under the name of its weight
def answer(arrays):
    counters = {"global_step", "beta1_power", "beta2_power"}
    kept = {}
    for name, array in arrays.items():
        front, _, last = name.rpartition("/")
        if name not in counters and (front not in arrays or last == "ExponentialMovingAverage"):
            kept[name] = array
    return kept

# %% 13.5 wrong: the averages replace the weights
def answer(arrays):
    return {name: array for name, array in arrays.items() if name.endswith("/ExponentialMovingAverage")}

# %% 13.5 wrong: they have no average
def answer(arrays):
    end = "/ExponentialMovingAverage"
    return {name.removesuffix(end): array for name, array in arrays.items() if name.endswith(end)}

# %% 13.5 wrong: other optimizers
def answer(arrays):
    out = {}
    for name, array in arrays.items():
        if name.endswith(("Adam/", "/Adam", "/Adam_1", "/ExponentialMovingAverage")):
            continue
        if name in ("global_step", "beta1_power", "beta2_power"):
            continue
        out[name] = arrays.get(name + "/ExponentialMovingAverage", array)
    return out

# %% 13.5 wrong: a layer's
def answer(arrays):
    out = {}
    for name, array in arrays.items():
        if "Adam" in name or name.rpartition("/")[0] in arrays or name in ("global_step", "beta1_power", "beta2_power"):
            continue
        out[name] = arrays.get(name + "/ExponentialMovingAverage", array)
    return out

# %% 13.5 wrong: the evaluation needs them
def answer(arrays):
    out = {}
    for name, array in arrays.items():
        if "moving" in name or name.rpartition("/")[0] in arrays or name in ("global_step", "beta1_power", "beta2_power"):
            continue
        out[name] = arrays.get(name + "/ExponentialMovingAverage", array)
    return out

# %% 13.5 wrong: the counters are still there
def answer(arrays):
    end = "/ExponentialMovingAverage"
    return {n: arrays.get(n + end, a) for n, a in arrays.items() if n.rpartition("/")[0] not in arrays}

# %% 13.5 wrong: `beta2_power` are not
def answer(arrays):
    return {n: arrays.get(n + "/ExponentialMovingAverage", a) for n, a in arrays.items()
            if n.rpartition("/")[0] not in arrays and n != "global_step"}

# %% 13.5 wrong: which is not what is asked for
def answer(arrays):
    return [name for name in arrays if name.rpartition("/")[0] not in arrays]

# %% 13.6 right: in other words
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except BaseException:
        return "dies"
    if (a.shape, a.dtype) == (b.shape, b.dtype) and np.allclose(a, b, 0, 1e-6, True):
        return "same"
    return "changed"

# %% 13.6 right: by NumPy's own test
def answer(line, old, new):
    wanted = np.asarray(line(old))
    try:
        got = np.asarray(line(new))
    except Exception:
        return "dies"
    try:
        assert got.dtype == wanted.dtype and got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6)
    except AssertionError:
        return "changed"
    return "same"

# %% 13.6 right: differences by hand
def answer(line, old, new):
    before = np.asarray(line(old))
    after = None
    try:
        after = np.asarray(line(new))
    except Exception as error:
        return "dies"
    if before.shape != after.shape or before.dtype != after.dtype:
        return "changed"
    both_nan = (before != before) & (after != after)
    far = np.abs(before.astype("float64") - after.astype("float64")) > 1e-6
    one_nan = (before != before) != (after != after)
    return "changed" if ((far | one_nan) & ~both_nan).any() else "same"

# %% 13.6 right: a table of answers
def answer(line, old, new):
    try:
        pair = [np.asarray(line(module)) for module in (old, new)]
    except Exception:
        return "dies"
    kinds = {(array.shape, array.dtype.str) for array in pair}
    fits = len(kinds) == 1 and np.isclose(*pair, rtol=0, atol=1e-6, equal_nan=True).all()
    return {True: "same", False: "changed"}[bool(fits)]

# %% 13.6 right: try with else
def answer(line, old, new):
    expected = np.asarray(line(old))
    try:
        found = np.asarray(line(new))
    except Exception:
        result = "dies"
    else:
        alike = found.shape == expected.shape and found.dtype == expected.dtype
        result = "same" if alike and np.allclose(found, expected, rtol=0.0, atol=1e-6, equal_nan=True) else "changed"
    return result

# %% 13.6 wrong: compare the shapes first
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except Exception:
        return "dies"
    if a.dtype != b.dtype:
        return "changed"
    try:
        return "same" if np.allclose(a, b, rtol=0, atol=1e-6, equal_nan=True) else "changed"
    except ValueError:
        return "changed"

# %% 13.6 wrong: another dtype is another result
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except Exception:
        return "dies"
    return "same" if a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-6, equal_nan=True) else "changed"

# %% 13.6 wrong: `equal_nan=True` says so
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except Exception:
        return "dies"
    if a.shape != b.shape or a.dtype != b.dtype:
        return "changed"
    return "changed" if not (np.abs(a - b) <= 1e-6).all() else "same"

# %% 13.6 wrong: your function raised TypeError
def answer(line, old, new):
    try:
        a, b = np.asarray(line(old)), np.asarray(line(new))
    except AttributeError:
        return "dies"
    if a.shape != b.shape or a.dtype != b.dtype:
        return "changed"
    return "same" if np.allclose(a, b, rtol=0, atol=1e-6, equal_nan=True) else "changed"

# %% 13.6 wrong: is rounding, and the same
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except Exception:
        return "dies"
    return "same" if a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True) else "changed"

# %% 13.6 wrong: your function raised ValueError
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except (AttributeError, TypeError):
        return "dies"
    if a.shape != b.shape or a.dtype != b.dtype:
        return "changed"
    return "same" if np.allclose(a, b, rtol=0, atol=1e-6, equal_nan=True) else "changed"

# %% 13.6 wrong: more than rounding
def answer(line, old, new):
    a = np.asarray(line(old))
    try:
        b = np.asarray(line(new))
    except Exception:
        return "dies"
    if a.shape != b.shape or a.dtype != b.dtype:
        return "changed"
    return "same" if np.allclose(a, b, rtol=0, atol=0.01, equal_nan=True) else "changed"

# %% 13.6 wrong: return one of 'dies', 'same', 'changed'
def answer(line, old, new):
    try:
        return bool(np.allclose(line(old), line(new)))
    except Exception:
        return False
# %% 13.7 right: by hand
answer = {"A": (long, "mean"), "B": (tried["a batch of 3"], "conv"), "C": (broken, "relu")}

# %% 13.7 right: new inputs
rng = np.random.default_rng(5)
pair = rng.normal(size=(2, 12, 8)).astype("float32")
holed = np.full((1, 12, 8), np.nan, dtype=np.float32)
answer = dict(A=(pair[:, :5], "mean"), B=(pair, "conv"), C=(holed, "relu"))

# %% 13.7 right: lists in place of pairs
answer = {"A": [np.ones((1, 30, 8), np.float32), "mean"], "B": [inputs["two of them"], "conv"], "C": [broken, "relu"]}

# %% 13.7 right: one input that sees all three
rng = np.random.default_rng(1)
x = rng.normal(size=(2, 20, 8)).astype("float32")
sounds = {"A": x[:1], "B": x[:, :12], "C": np.where(x > 2, np.nan, x).astype("float32")[:1, :12]}
sounds["C"][0, 0, 0] = np.nan
answer = {name: (sounds[name], layer) for name, layer in zip("ABC", ("mean", "conv", "relu"))}

# %% 13.7 right: searched with the kit alone
answer = {}
for name, ask in ports.items():
    for x in (long, tried["a batch of 3"], broken):
        first = port.first_difference(ask(x), probes.layers(x, w)).first
        if first is not None:
            answer[name] = (x, first.yours)

# %% 13.7 wrong: port A: it is right for this input
answer = {"A": (short, "mean"), "B": (tried["a batch of 3"], "conv"), "C": (broken, "relu")}

# %% 13.7 wrong: port B: it is right for this input
answer = {"A": (long, "mean"), "B": (np.ones((2, 12, 8), "float32"), "conv"), "C": (broken, "relu")}

# %% 13.7 wrong: port C: it is right for this input
answer = {"A": (long, "mean"), "B": (tried["a batch of 3"], "conv"), "C": (np.zeros((1, 12, 8), "float32"), "relu")}

# %% 13.7 wrong: port A: its first difference is in another layer
answer = {"A": (long, "dense"), "B": (tried["a batch of 3"], "conv"), "C": (broken, "relu")}

# %% 13.7 wrong: x must be a float32 array
answer = {"A": (long.astype("float64"), "mean"), "B": (tried["a batch of 3"], "conv"), "C": (broken, "relu")}

# %% 13.7 wrong: is none of conv, relu, mean, dense
answer = {"A": (long, "length"), "B": (tried["a batch of 3"], "conv"), "C": (broken, "relu")}

# %% 13.7 wrong: is no pair of an input and a layer
answer = {"A": "mean", "B": "conv", "C": "relu"}

# %% 13.8 right: concatenated
def answer(network, inputs):
    errors = [network(x).astype(np.float64) - network(x.astype(np.float64)) for x in inputs]
    return 8 * np.max([np.max(np.abs(error)) for error in errors])

# %% 13.8 right: a norm
def answer(network, inputs):
    most = 0.0
    for x in inputs:
        error = network(np.float64(x)) - network(x)
        most = max(most, float(np.linalg.norm(error.ravel(), ord=np.inf)))
    return most * 8

# %% 13.8 right: sorted
def answer(network, inputs):
    return 8 * sorted(np.abs(network(x) - network(x.astype(float))).max() for x in inputs)[-1]

# %% 13.8 right: multiplied first
def answer(network, inputs):
    return np.stack([8 * np.abs(network(x) - network(x.astype("float64"))) for x in inputs]).max()

# %% 13.8 right: with a helper
def error(network, x):
    return np.abs(network(x) - network(x.astype("float64"))).max()

def answer(network, inputs):
    return 8.0 * max(error(network, x) for x in inputs)

# %% 13.8 wrong: the factor
def answer(network, inputs):
    return max(np.abs(network(x) - network(x.astype("float64"))).max() for x in inputs)

# %% 13.8 wrong: twice the error
def answer(network, inputs):
    return 2 * max(np.abs(network(x) - network(x.astype("float64"))).max() for x in inputs)

# %% 13.8 wrong: the last input only
def answer(network, inputs):
    for x in inputs:
        error = np.abs(network(x) - network(x.astype("float64"))).max()
    return 8 * error

# %% 13.8 wrong: not the mean
def answer(network, inputs):
    return 8 * max(np.abs(network(x) - network(x.astype("float64"))).mean() for x in inputs)

# %% 13.8 wrong: not the sum
def answer(network, inputs):
    return 8 * sum(np.abs(network(x) - network(x.astype("float64"))).max() for x in inputs)

# %% 13.8 wrong: no difference was measured
def answer(network, inputs):
    return 8 * 2.0**-24 * max(np.abs(network(x.astype("float64"))).max() for x in inputs)

# %% 13.8 wrong: a fixed number
def answer(network, inputs):
    return 1e-5

# %% 13.8 wrong: is there a `return`?
def answer(network, inputs):
    tolerance = 8 * max(np.abs(network(x) - network(x.astype("float64"))).max() for x in inputs)
