"""mirrored_tf.py as a function, on several machines, played by processes: TF_CONFIG says who the others are (chapter 08).

    python multiworker_tf.py FOLDER INDEX ADDRESS...

ADDRESS: 127.0.0.1:port of each worker, INDEX: which of them this one is. All must run at the same time.
One JSON line out: {"index", "weights"}. ray_tf.py runs the same function.
"""
import json
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


def train(folder, kill=-1):
    """Train in all workers of TF_CONFIG; give back (step at which this run began, last weights).

    With `kill` worker 1 kills itself with SIGKILL at that step, once; a checkpoint is written every 4 steps.
    """
    strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG, opens the port, waits for the others
    index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    task, saved = np.load(folder / "task.npz"), folder / "checkpoint.npz"
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")

    with strategy.scope():
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
        model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
        optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
        optimizer.build(model.trainable_variables)
    losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
    batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64).repeat(int(task["epochs"]))

    start, state = 0, [*model.weights, *optimizer.variables]
    if kill >= 0 and saved.exists():
        with np.load(saved) as found:
            start = int(found["step"])
            for k, variable in enumerate(state):
                variable.assign(found[str(k)])

    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.nn.compute_average_loss(losses(y, model(x)), global_batch_size=64)
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

    @tf.function
    def step_everywhere(x, y):
        strategy.run(step, args=(x, y))

    for number, (x, y) in enumerate(strategy.experimental_distribute_dataset(batches.skip(start)), start):
        if (index, number, start) == (1, kill, 0):
            os.kill(os.getpid(), signal.SIGKILL)
        step_everywhere(x, y)
        if index == 0 and kill >= 0 and (number + 1) % 4 == 0:
            new = saved.with_name("new.npz")
            np.savez(new, step=number + 1, **{str(k): variable.numpy() for k, variable in enumerate(state)})
            new.replace(saved)  # in one move: a kill never leaves half a checkpoint
    return start, model.get_weights()


if __name__ == "__main__":
    folder, index, *workers = sys.argv[1:]
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": int(index)}})
    _, weights = train(Path(folder))
    print(json.dumps({"index": int(index), "weights": [value.tolist() for value in weights]}))
