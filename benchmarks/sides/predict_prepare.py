"""Prepares what predicting.py needs: a run, its model as a .keras file, and image files."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import zookit

folder, architecture, counts = Path(sys.argv[1]), sys.argv[2], [int(each) for each in sys.argv[3:]]

run = zookit.run(
    "mnist", architecture, data="sample", epochs=1, runs_dir=folder / "runs", quiet=True
)
run.model().save(folder / "model.keras")

splits = zookit.load_data("mnist", "sample").splits
images = np.concatenate([splits.train.images, splits.test.images])
np.save(folder / "images.npy", images[np.arange(max(counts)) % len(images)])
for count in counts:
    files = folder / f"images-{count}"
    files.mkdir()
    for at in range(count):
        Image.fromarray(images[at % len(images), :, :, 0]).save(files / f"{at:05}.png")
