"""A server as people write it: a FastAPI handler around a Keras model."""

import io
import socket
import sys
from typing import Annotated, Any

import keras
import numpy as np
import uvicorn
from fastapi import Body, FastAPI
from PIL import Image

model = keras.models.load_model(sys.argv[1])
app = FastAPI()
Png = Annotated[bytes, Body(media_type="image/png")]


def answer(file: bytes, probabilities_of: Any) -> dict[str, Any]:
    """Return the answer about one image."""
    image = Image.open(io.BytesIO(file)).convert("L").resize((28, 28))
    (probabilities,) = probabilities_of(np.asarray(image)[None, ..., None])
    return {"label": int(probabilities.argmax()), "probabilities": probabilities.tolist()}


def predicted(images: Any) -> Any:
    """Return the probabilities."""
    return model.predict(images, verbose=0)


def called(images: Any) -> Any:
    """Return the probabilities."""
    return model(images).numpy()


if sys.argv[2] == "predict-async":

    @app.post("/predict")
    async def predict_in_turn(file: Png) -> dict[str, Any]:
        """Answer in the event loop."""
        return answer(file, predicted)

else:
    function = called if sys.argv[2] == "call" else predicted

    @app.post("/predict")
    def predict(file: Png) -> dict[str, Any]:
        """Answer in a thread."""
        return answer(file, function)


# Named as TCP, as uvicorn's own is: asyncio lets others wait 40 ms before they send.
with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listening])
