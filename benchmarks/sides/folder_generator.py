"""Reading an image folder with a generator of rescaled batches."""

import sys

import tensorflow as tf
from clock import Clock

folder, epochs, batch_size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
clock = Clock()

clock.start()
generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255).flow_from_directory(
    f"{folder}/train", target_size=(300, 300), batch_size=batch_size, class_mode="binary"
)
for epoch in range(epochs):
    if epoch:
        clock.start()
    seen = 0
    for _ in range(len(generator)):
        images, _labels = next(generator)
        seen += len(images)
    clock.lap()
clock.report(images=seen)
