"""Reading an image folder as the Keras guides do: a tf.data data set that decodes each epoch."""

import sys

import keras
from clock import Clock

folder, epochs, batch_size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
clock = Clock()

clock.start()
dataset = keras.utils.image_dataset_from_directory(
    f"{folder}/train", image_size=(300, 300), batch_size=batch_size, label_mode="binary"
)
for epoch in range(epochs):
    if epoch:
        clock.start()
    seen = 0
    for images, _labels in dataset:
        seen += len(images)
    clock.lap()
clock.report(images=seen)
