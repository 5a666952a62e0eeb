"""The matrix products of an epoch of the dense network, with TensorFlow and XLA in one loop."""

import sys

import tensorflow as tf
from clock import Clock

BATCH, PIXELS, UNITS, CLASSES = 32, 784, 128, 10

epochs, steps, threads = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if threads != "all":
    tf.config.threading.set_intra_op_parallelism_threads(int(threads))

tf.random.set_seed(0)
images = tf.random.uniform((steps, BATCH, PIXELS))
first = tf.random.uniform((PIXELS, UNITS)) / PIXELS
second = tf.random.uniform((UNITS, CLASSES)) / UNITS


def products(images: tf.Tensor, first: tf.Tensor, second: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Compute the gradients of every step and return those of the last one."""
    of_first, of_second = tf.zeros_like(first), tf.zeros_like(second)
    for step in tf.range(steps):
        batch = images[step]
        hidden = batch @ first
        # The outputs replace the gradient of the loss, which has the same shape.
        outputs = hidden @ second
        of_second = tf.matmul(hidden, outputs, transpose_a=True)
        upstream = tf.matmul(outputs, second, transpose_b=True)
        of_first = tf.matmul(batch, upstream, transpose_a=True)
    return of_first, of_second


epoch = tf.function(products, jit_compile=True)
epoch(images, first, second)  # traces and compiles

clock = Clock()
for _ in range(epochs):
    clock.start()
    of_first, _of_second = epoch(images, first, second)
    of_first.numpy()  # waits for the result
    clock.lap()
clock.report()
