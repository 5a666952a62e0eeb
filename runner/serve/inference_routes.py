"""The Open Inference Protocol, version 2, below /v2.

See https://github.com/kserve/open-inference-protocol. Each model has the input "images", UINT8
[-1, height, width, channels], and the output "probabilities", FP32 [-1, classes].
"""

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response

from zookit.core import warn
from zookit.core.messages import printable
from zookit.modeling.pixels import why_dim
from zookit.serve.binary_tensors import HEADER
from zookit.serve.inference_request import (
    INPUT,
    OUTPUT,
    InferenceRequest,
    answer,
    read_request,
)
from zookit.serve.limits import answered_in_time
from zookit.serve.problems import Problem
from zookit.serve.served_models import ServedModels

_BODY = {
    "required": True,
    "content": {"application/json": {"schema": InferenceRequest.model_json_schema()}},
}


def inference_routes(models: ServedModels) -> APIRouter:
    """Return the routes."""
    router = APIRouter(
        prefix="/v2", responses={"4XX": {"model": Problem}, "503": {"model": Problem}}
    )

    warned: set[str] = set()

    @router.get("")
    async def server() -> dict[str, Any]:
        """Return what the server is."""
        extensions = ["binary_tensor_data", "classification"]
        return {"name": "zookit", "version": version("zookit"), "extensions": extensions}

    @router.get("/health/live")
    async def live() -> dict[str, bool]:
        """Return that the server answers."""
        return {"live": True}

    @router.get("/health/ready")
    async def ready() -> dict[str, bool]:
        """Return that all models are loaded; it answers only then."""
        return {"ready": True}

    @router.get("/models/{name}")
    async def metadata(name: str) -> dict[str, Any]:
        """Return the input and the output of a model."""
        model = models.named(name)
        images = {"name": INPUT, "datatype": "UINT8", "shape": [-1, *model.shape]}
        classes = {"name": OUTPUT, "datatype": "FP32", "shape": [-1, len(model.class_names)]}
        return {"name": name, "platform": "keras", "inputs": [images], "outputs": [classes]}

    @router.get("/models/{name}/ready")
    async def model_ready(name: str) -> dict[str, Any]:
        """Return that a model is loaded."""
        return {"name": models.named(name).name, "ready": True}

    @router.post("/models/{name}/infer", openapi_extra={"requestBody": _BODY})
    async def infer(name: str, request: Request) -> Response:
        """Return the probabilities of images."""
        model = models.named(name)
        body = await request.body()
        async with answered_in_time():
            asked, images = await models.read(
                read_request, body, request.headers.get(HEADER), model
            )
            probabilities = await model.predict(images)
        dim = "" if name in warned else why_dim(images)
        if dim:  # answers of the protocol have no place for it
            warned.add(name)
            warn(f"{printable(name)}: {dim}")
        content, headers = answer(asked, model, probabilities)
        return Response(content, headers=headers)

    return router
