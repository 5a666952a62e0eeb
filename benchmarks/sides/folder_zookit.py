"""Reading an image folder as a run of zookit does: prepared once, then memory-mapped.

ZOOKIT_DATA_DIR names the folder that contains it. The first epoch includes everything before it:
finding the files, hashing them and, with an empty cache, decoding training and test images.
"""

import sys

import tensorflow  # noqa: F401, ICN001 - beforehand, as in the scripts this is compared with
from clock import Clock

from zookit.data.prepared import prepare
from zookit.registry import datasets
from zookit.training.batches import Batches

epochs, batch_size = int(sys.argv[1]), int(sys.argv[2])
clock = Clock()

entry = datasets["horse_or_human"]
dataset = entry.load()()  # with its imports

clock.start()
train = prepare(dataset, "full", entry.name, entry.owner).splits.train
batches = Batches(train, batch_size, seed=0)
# One batch at a time, as a training takes them at this size.
chunks = batches.chunks(1)
for epoch in range(epochs):
    if epoch:
        clock.start()
    batches.epoch = epoch
    seen = 0
    for count, images, _labels in chunks:
        seen += int(count) * images.shape[1]
    clock.lap()
clock.report(images=seen)
