"""python train.py FOLDER_OF_DATA CHECKPOINT SEED"""
import sys

import digits
import network
import numpy as np
import tensorflow as tf


def main(data, checkpoint, seed):
    (x_train, y_train), (x_test, y_test) = digits.load(data)
    tf.set_random_seed(seed)
    images = tf.placeholder(tf.float32, [None, 8, 8, 1], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    is_training = tf.placeholder_with_default(True, [], name="is_training")
    keep_prob = tf.placeholder_with_default(1.0, [], name="keep_prob")
    scores = tf.identity(network.build(images, is_training, keep_prob), name="scores")
    loss = tf.losses.sparse_softmax_cross_entropy(labels, scores)
    tf.identity(loss, name="loss")
    correct = tf.equal(tf.argmax(scores, 1), labels)
    accuracy = tf.reduce_mean(tf.to_float(correct), name="accuracy")
    step = tf.train.get_or_create_global_step()
    train = tf.train.AdamOptimizer(0.003).minimize(loss, global_step=step)

    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        rng = np.random.RandomState(seed)
        for _ in range(300):
            some = rng.randint(len(x_train), size=64)
            feed = {images: x_train[some], labels: y_train[some], keep_prob: 0.8}
            session.run(train, feed)
        print("accuracy %.3f" % session.run(accuracy, {images: x_test, labels: y_test}))
        saver.save(session, checkpoint)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
