"""What tf.layers was, as far as one old program needs it: the same variables, settings and formulas, in compat.v1."""
import tensorflow.compat.v1 as tf


def conv2d(inputs, filters, kernel_size, strides, padding, use_bias, kernel_initializer, name):
    if use_bias:
        raise NotImplementedError("no layer of the old program asks for a bias here")
    with tf.variable_scope(name):
        shape = [kernel_size, kernel_size, inputs.shape[-1], filters]
        kernel = tf.get_variable("kernel", shape, initializer=kernel_initializer)
        return tf.nn.conv2d(inputs, kernel, strides, padding.upper())


def dense(inputs, units, activation=None, kernel_initializer=None, name=None):
    with tf.variable_scope(name):
        kernel = tf.get_variable("kernel", [inputs.shape[-1], units], initializer=kernel_initializer)
        bias = tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        outputs = tf.matmul(inputs, kernel) + bias
        return activation(outputs) if activation else outputs


def batch_normalization(inputs, training, name):
    """Its defaults: momentum 0.99, epsilon 0.001. The moving averages change only where a program runs UPDATE_OPS."""
    size = [inputs.shape[-1]]
    with tf.variable_scope(name):
        gamma = tf.get_variable("gamma", size, initializer=tf.ones_initializer())
        beta = tf.get_variable("beta", size, initializer=tf.zeros_initializer())
        kept_mean = tf.get_variable("moving_mean", size, initializer=tf.zeros_initializer(), trainable=False)
        kept_variance = tf.get_variable("moving_variance", size, initializer=tf.ones_initializer(), trainable=False)
        mean, variance = tf.nn.moments(inputs, [0, 1, 2])
        for kept, of_batch in ((kept_mean, mean), (kept_variance, variance)):
            tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign(kept, 0.99 * kept + 0.01 * of_batch))
        mean = tf.cond(training, lambda: mean, lambda: tf.identity(kept_mean))
        variance = tf.cond(training, lambda: variance, lambda: tf.identity(kept_variance))
        return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, 0.001)
