"""Writes the model that comes with zookit as Keras's file, and test images named by their class."""

import sys
from pathlib import Path

from PIL import Image

import zookit

work = Path(sys.argv[1])
zookit.open_model("mnist_cnn").model().save(work / "model.keras")
(work / "images").mkdir()
test = zookit.load_data("mnist", data="sample").splits.test
for at, (image, label) in enumerate(zip(test.images[:256], test.labels[:256], strict=True)):
    Image.fromarray(image[:, :, 0]).save(work / "images" / f"{label}-{at}.png")
