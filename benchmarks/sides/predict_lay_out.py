"""What the sides of predicting.py start from: a kept run, its model as a .keras file, pictures."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import zookit
from zookit.data.prepared import prepare
from zookit.registry import datasets

folder, architecture, counts = Path(sys.argv[1]), sys.argv[2], [int(each) for each in sys.argv[3:]]

result = zookit.run(
    "mnist", architecture, data="sample", epochs=1, runs_dir=folder / "runs", quiet=True
)
result.model.save(folder / "model.keras")

entry = datasets["mnist"]
splits = prepare(entry.load()(), "sample", entry.name, entry.owner).splits
images = np.concatenate([splits.train.images, splits.test.images])
np.save(folder / "images.npy", images[np.arange(max(counts)) % len(images)])
for count in counts:
    pictures = folder / f"pictures-{count}"
    pictures.mkdir()
    for at in range(count):
        Image.fromarray(images[at % len(images), :, :, 0]).save(pictures / f"{at:05}.png")
