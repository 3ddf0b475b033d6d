"""What is left of `tf.layers` where the old Keras 2 takes Keras 3's place. JSON in (x, kernel, bias), JSON out.

Chapter 05 runs this in a child process with TF_USE_LEGACY_KERAS=1, which counts only before TensorFlow is loaded. Without
the package tf_keras there is nothing to try: TensorFlow is then not even loaded.
"""
import importlib.util
import json
import sys
import warnings


def main():
    """Print {"installed": False}, or the output of `tf.compat.v1.layers.dense`, whose layers they are, and the warning."""
    task = json.load(sys.stdin)
    if importlib.util.find_spec("tf_keras") is None:
        print(json.dumps({"installed": False}))
        return
    import tensorflow as tf

    with warnings.catch_warnings(record=True) as caught, tf.Graph().as_default():
        warnings.simplefilter("always")
        x = tf.constant(task["x"], tf.float64)
        y = tf.compat.v1.layers.dense(x, len(task["bias"]), kernel_initializer=tf.constant_initializer(task["kernel"]),
                                      bias_initializer=tf.constant_initializer(task["bias"]))
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            output = session.run(y)
    print(json.dumps({"installed": True, "keras": tf.keras.layers.Dense.__module__.split(".")[0], "output": output.tolist(),
                      "warning": str(caught[0].message) if caught else ""}))


if __name__ == "__main__":
    main()
