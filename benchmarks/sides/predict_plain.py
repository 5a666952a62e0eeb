"""Predicting a folder of images as people write it: all into one array, then model.predict."""

import sys
from pathlib import Path

import keras
import numpy as np
from PIL import Image

model = keras.models.load_model(sys.argv[1])
files = sorted(Path(sys.argv[2]).iterdir())
images = np.array([np.array(Image.open(file).convert("L").resize((28, 28))) for file in files])
for file, probabilities in zip(files, model.predict(images[..., None], verbose=0), strict=True):
    print(file, probabilities.argmax(), probabilities.max())
