"""The script of the tutorials, as most people write it. KERAS_BACKEND=jax runs it on JAX."""

import keras
import task
from clock import Clock
from keras import layers

asked = task.from_command_line()
clock = Clock()
keras.utils.set_random_seed(asked.seed)

(train_images, train_labels), (test_images, test_labels) = task.load_data(asked.folder)
train_images, test_images = train_images / 255.0, test_images / 255.0

if asked.architecture == "dense":
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(asked.units, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
else:
    train_images, test_images = train_images[..., None], test_images[..., None]
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )

model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    train_images,
    train_labels,
    batch_size=32,
    epochs=asked.epochs,
    callbacks=[clock.keras_callback()],
)
loss, accuracy = model.evaluate(test_images, test_labels)
clock.report(accuracy=float(accuracy))
