"""From images in memory to probabilities, several times: by Keras in batches, or by zookit."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from clock import Clock

folder, way, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
images = np.load(folder / "images.npy")
clock = Clock()

if way == "zookit":
    from zookit.inference.predict import Predictor
    from zookit.inference.rebuild import rebuild_model
    from zookit.runs.run import read_run

    (record,) = (folder / "runs").glob("*/experiment.toml")
    predict: Callable[..., Any] = Predictor(rebuild_model(read_run(record.parent)))
else:
    model = keras.models.load_model(folder / "model.keras")
    predict = partial(model.predict, batch_size=int(way), verbose=0)

for _ in range(times):
    clock.start()
    probabilities = predict(images)
    clock.lap()
clock.report(images=len(probabilities), mean_of_best=float(probabilities.max(1).mean()))
