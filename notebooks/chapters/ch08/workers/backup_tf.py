"""Keras `fit` with BackupAndRestore, which saves after each epoch; killed with SIGKILL in mid-epoch if asked (chapter 08).

    python backup_tf.py FOLDER BACKUP KILL

Four epochs on FOLDER/task.npz, the backup in the folder BACKUP. KILL: the batch of the third epoch at which the process
kills itself, -1 for never. JSON lines out: {"step", "loss"} of each step, {"killed": step}, at the end {"weights"}, then
{"undisturbed"}: the weights of a second model that trained from the start to the end, without a backup.
"""
import json
import os
import signal
import sys

import keras
import numpy as np
import tensorflow as tf

folder, backup, kill = sys.argv[1], sys.argv[2], int(sys.argv[3])
task = np.load(f"{folder}/task.npz")
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")


class Report(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if self.epoch == 2 and batch == kill:
            print(json.dumps({"killed": self.epoch * self.params["steps"] + batch}), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def on_train_batch_end(self, batch, logs=None):
        print(json.dumps({"step": self.epoch * self.params["steps"] + batch, "loss": float(logs["loss"])}))


def trained(*callbacks):
    """The last weights of a model that `fit` trained."""
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)])
    model.set_weights([task["W1"], task["b1"], task["W2"], task["b2"]])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.25, momentum=0.5), loss, jit_compile=False)
    batches = tf.data.Dataset.from_tensor_slices((task["x"], task["y"])).batch(64)
    model.fit(batches, epochs=4, verbose=0, callbacks=list(callbacks))
    return [value.tolist() for value in model.get_weights()]


print(json.dumps({"weights": trained(keras.callbacks.BackupAndRestore(backup), Report())}), flush=True)
print(json.dumps({"undisturbed": trained()}))
