"""The addresses /models and /predict."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from python_multipart.exceptions import FormParserError
from starlette.datastructures import QueryParams, UploadFile
from starlette.exceptions import HTTPException

from zookit.core.errors import did_you_mean, quoted
from zookit.inference.data_uri import data_uri
from zookit.inference.explanation import overlay
from zookit.serve.answers import (
    ModelDescriptions,
    Predictions,
    description,
    prediction,
)
from zookit.serve.limits import answered_in_time
from zookit.serve.problems import Problem, Refused, bad_request
from zookit.serve.request_images import (
    MOST_IMAGES,
    PreparedImages,
    prepare_arrays,
    prepare_pictures,
)
from zookit.serve.served_model import ServedModel
from zookit.serve.served_models import ServedModels

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_FIELDS = 16
"""The most fields of a form that are not files; they are named in the error."""
_FILE = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "description": "A picture (PNG, JPEG, GIF, BMP or WebP), a form with pictures in the field "
    "`file`, or arrays of pixels, 0 to 255, of the shape of the model's images.",
    "content": {
        "image/*": {"schema": _FILE},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "array", "items": _FILE}},
                "required": ["file"],
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "images": {
                        "type": "array",
                        "items": {"type": "array", "items": {}},
                        "description": "(N, H, W, C), or (N, H, W) for grey images",
                    }
                },
                "required": ["images"],
                "additionalProperties": False,
            }
        },
    },
}


class Options(BaseModel):
    """What the query of /predict may say."""

    model_config = ConfigDict(extra="allow")  # refused by `check`, with what was meant
    model: Annotated[str | None, Field(description="the model; all models by default")] = None
    invert: Annotated[bool, Field(description="swap dark and light")] = False
    drawn: Annotated[
        bool,
        Field(description="the picture is a drawing: models that take drawings get it as such"),
    ] = False
    explain: Annotated[bool, Field(description="also return where the model looked")] = False
    page: Annotated[
        bool, Field(description="notes name the controls of the page instead of parameters")
    ] = False

    def check(self, given: QueryParams) -> None:
        """Raise Refused if the query says something else, or something more than once."""
        known = type(self).model_fields
        for name in self.model_extra or ():
            raise bad_request(
                f"unknown parameter {quoted(name)}.{did_you_mean(name, known)} Expected "
                f"{', '.join(known)}"
            )
        for name in given:
            count = len(given.getlist(name))
            if count > 1:
                advice = ". Without it, all models answer" if name == "model" else ""
                raise bad_request(f"the query has {name} {count} times, expected once{advice}")


def predict_routes(models: ServedModels) -> APIRouter:
    """Return the routes."""
    router = APIRouter(responses={"4XX": {"model": Problem}, "503": {"model": Problem}})

    @router.get("/models")
    async def list_models() -> ModelDescriptions:
        """Return what is served."""
        return ModelDescriptions(models=[description(each) for each in models])

    @router.post(
        "/predict",
        response_model=Predictions,
        openapi_extra={"requestBody": _BODY},
    )
    async def predict(request: Request, options: Annotated[Options, Query()]) -> JSONResponse:
        """Return the classes of pictures or arrays, by one model or by all of them."""
        options.check(request.query_params)
        asked = list(models) if options.model is None else [models.named(options.model)]
        files, arrays = await _images_in(request)
        async with answered_in_time():
            if arrays is None:
                prepared = await models.read(
                    prepare_pictures,
                    files,
                    asked,
                    invert=options.invert,
                    drawn=options.drawn,
                    page=options.page,
                )
            else:
                if options.drawn:
                    raise bad_request("drawn is for pictures, got arrays of pixels")
                prepared = await models.read(
                    prepare_arrays, arrays, asked, invert=options.invert, page=options.page
                )
            answers = await asyncio.gather(
                *(
                    _predictions(models, model, images, explain=options.explain)
                    for model, images in zip(asked, prepared, strict=True)
                )
            )
        # Those about the first image come first.
        return JSONResponse(
            {"predictions": [each for of in zip(*answers, strict=True) for each in of]}
        )

    return router


async def _images_in(request: Request) -> tuple[list[bytes], bytes | None]:
    """Return the picture files of a request, or the JSON document with arrays. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must not be compressed")
    if kind == "application/json":
        return [], await request.body()
    if kind == "multipart/form-data":
        return await _files_in_form(request), None
    if kind.startswith("image/") or kind == "application/octet-stream":
        return [await request.body()], None
    raise Refused(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"the body has the content type {quoted(kind)}, expected a picture (image/png, ...), a "
        "form with pictures (multipart/form-data), or arrays (application/json). With curl: "
        "-F file=@PICTURE.png",
    )


async def _files_in_form(request: Request) -> list[bytes]:
    try:
        async with request.form(max_files=MOST_IMAGES, max_fields=_MOST_FIELDS) as form:
            found = form.getlist("file")
            for name in sorted(set(form) - {"file"}):
                advice = ""
                if name in Options.model_fields:
                    advice = f". Put {quoted(name)} into the query: /predict?{name}=..."
                raise bad_request(f"the form has the field {quoted(name)}, expected 'file'{advice}")
            files = [each for each in found if isinstance(each, UploadFile)]
            if len(files) < len(found):
                raise bad_request(
                    "the field 'file' of the form has a text, expected a file. With curl: "
                    "-F file=@PICTURE.png"
                )
            return [await each.read() for each in files]
    except HTTPException as error:  # of Starlette, about a form that is not valid
        raise bad_request(f"the form cannot be read: {error.detail}") from None
    except FormParserError as error:  # older versions of Starlette do not catch it
        raise bad_request(f"the form cannot be read: {error}") from None


async def _predictions(
    models: ServedModels, model: ServedModel, images: PreparedImages, *, explain: bool
) -> list[dict[str, Any]]:
    """Return a `Prediction` for each image, as plain values."""
    probabilities = await model.predict(images.pixels)
    explanations: list[str] | list[None] = [None] * len(probabilities)
    if explain:
        maps = await model.explain(images.pixels, probabilities.argmax(1).astype(np.int64))
        explanations = await models.read(_explanations, images.pixels, maps)
    rows = zip(probabilities, images.notes, images.uris, explanations, strict=True)
    return [
        prediction(model, at, each, notes=notes, prepared=uri, explanation=explanation)
        for at, (each, notes, uri, explanation) in enumerate(rows)
    ]


def _explanations(images: "npt.NDArray[np.uint8]", maps: "npt.NDArray[np.float32]") -> list[str]:
    return [data_uri(overlay(image, where)) for image, where in zip(images, maps, strict=True)]
