"""Images in memory to probabilities, several times over: by Keras in batches, or by zookit."""

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
    from zookit.runs.naming import find_run
    from zookit.runs.run import read_run

    run = read_run(find_run("latest", folder / "runs"))
    predict: Callable[..., Any] = Predictor(rebuild_model(run))
else:
    model = keras.models.load_model(folder / "model.keras")
    predict = partial(model.predict, batch_size=int(way), verbose=0)

for _ in range(times):
    clock.start()
    said = predict(images)
    clock.lap()
clock.report(images=len(said), mean_of_best=float(said.max(1).mean()))
