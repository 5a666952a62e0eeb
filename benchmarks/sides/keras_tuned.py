"""Keras tuned by hand with its own options.

Images stay uint8 up to the model, each epoch has another order, and one call from Python runs many
steps. The dense network uses XLA and one thread, the convolutional one oneDNN and all threads.
"""

import itertools
import os
from collections.abc import Iterator

import keras
import numpy as np
import task
import tensorflow as tf
from clock import Clock
from keras import layers

BATCH = 32

asked = task.from_command_line()
clock = Clock()
keras.utils.set_random_seed(asked.seed)
dense = asked.architecture == "dense"
steps = 180 if dense else 60
tf.config.threading.set_intra_op_parallelism_threads(1 if dense else os.cpu_count() or 1)


def dataset(images: task.Array, labels: task.Array, seed: int | None = None) -> tf.data.Dataset:
    """Return batches, gathered `steps` at a time; with a seed, shuffled in each epoch."""
    epochs = itertools.count()

    def gathered() -> Iterator[tuple[task.Array, task.Array]]:
        order = np.arange(len(images))
        if seed is not None:
            order = np.random.default_rng([seed, next(epochs)]).permutation(order)
        for at in range(0, len(order), steps * BATCH):
            chosen = order[at : at + steps * BATCH]
            yield images[chosen], labels[chosen]

    signature = (
        tf.TensorSpec((None, *images.shape[1:]), tf.uint8),
        tf.TensorSpec((None,), tf.uint8),
    )
    dataset = tf.data.Dataset.from_generator(gathered, output_signature=signature).rebatch(BATCH)
    batches = -(-len(images) // BATCH)
    return dataset.apply(tf.data.experimental.assert_cardinality(batches)).prefetch(2)


(train_images, train_labels), (test_images, test_labels) = task.load_data(asked.folder)
train_images, test_images = train_images[..., None], test_images[..., None]

body = [
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(),
]
model = keras.Sequential(
    [
        keras.Input((28, 28, 1), dtype="uint8"),
        layers.Rescaling(1 / 255),
        *([] if dense else body),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=dense,
    steps_per_execution=steps,
)
model.fit(
    dataset(train_images, train_labels, asked.seed),
    epochs=asked.epochs,
    callbacks=[clock.keras_callback()],
    verbose=2,
)
loss, accuracy = model.evaluate(dataset(test_images, test_labels), verbose=2)
clock.report(accuracy=float(accuracy))
