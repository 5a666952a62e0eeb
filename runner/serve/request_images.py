"""The images in a request: picture files, or arrays in JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import from_json

from zookit.core import DataError
from zookit.core.data.images import upright_image
from zookit.core.data.pixels import MAX_PIXELS
from zookit.core.errors import quoted, reason_of
from zookit.core.messages import counted
from zookit.inference.data_uri import data_uri
from zookit.inference.image_files import prepare_image
from zookit.modeling.pixels import why_dim
from zookit.serve.drawing import prepare_drawing
from zookit.serve.problems import bad_request
from zookit.serve.served_model import ServedModel

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    from zookit.inference.image_notes import Note

    Pixels = npt.NDArray[np.uint8]

MOST_IMAGES = 256
"""The most images in a request."""


@dataclass(frozen=True, eq=False)
class PreparedImages:
    """What a model gets, uint8 (N, H, W, C); notes and a data URI for each image."""

    pixels: "Pixels"
    notes: Sequence[Sequence[str]]
    uris: Sequence[str]


def prepare_pictures(
    files: Sequence[bytes], models: Sequence[ServedModel], *, invert: bool, drawn: bool
) -> list[PreparedImages]:
    """Return what each model gets of the files, read as `zookit predict` reads them.

    Args:
        files: PNG, JPEG, GIF, BMP or WebP files.
        models: the models.
        invert: swap dark and light.
        drawn: bring drawings to the form that models of drawings were trained on.

    Raises:
        DataError: a file cannot be read.
        BadParameter: a drawing is empty.
    """
    check_count(len(files))
    pixels: list[list[Pixels]] = [[] for _ in models]
    notes: list[list[list[str]]] = [[] for _ in models]
    decoded = 0
    for at, file in enumerate(files):
        which = f"image {at}" if len(files) > 1 else "the image"
        opened = _opened(file, which)
        decoded += opened.width * opened.height
        if decoded > MAX_PIXELS:
            raise bad_request(f"the images have more than {MAX_PIXELS:,} pixels together")
        for each, texts, model in zip(pixels, notes, models, strict=True):
            found, about = _prepared(opened, model, invert=invert, drawn=drawn)
            each.append(found)
            texts.append(about)
    return [
        PreparedImages(np.stack(each), texts, [data_uri(image) for image in each])
        for each, texts in zip(pixels, notes, strict=True)
    ]


def _opened(file: bytes, which: str) -> "Image":
    try:
        with upright_image(file) as opened:
            return opened
    except DataError as error:
        raise DataError(f"{which} {error}.") from None


def _prepared(
    opened: "Image", model: ServedModel, *, invert: bool, drawn: bool
) -> "tuple[Pixels, list[str]]":
    if not (drawn and model.drawn):
        return prepare_image(opened, model.notes(invert=invert))
    pixels = prepare_drawing(opened, model.class_names)[..., None]
    if model.dark_on_light != invert:
        pixels = 255 - pixels
    found: list[Note] = []
    if invert:
        model.notes(invert=invert).check_borders([found], pixels[None])
    return pixels, [text for _, text in found]


def prepare_arrays(
    body: bytes, models: Sequence[ServedModel], *, invert: bool
) -> list[PreparedImages]:
    """Return what each model gets of a JSON object `{"images": [...]}`.

    Raises Refused if the body is another one, or the images are not pixels of the models' shape.
    """
    document = parsed(body)
    if not isinstance(document, dict) or set(document) != {"images"}:
        raise bad_request('expected a JSON object {"images": [...]} with nothing else in it')
    given = document["images"]
    check_count(len(given) if isinstance(given, list) else 0)
    pixels = as_pixels(given)
    dim = why_dim(pixels)
    prepared = []
    for model in models:
        images = shaped(pixels, model)
        images = 255 - images if invert else images
        found: list[list[Note]] = [[] for _ in images]
        model.notes(invert=invert).check_borders(found, images)
        notes = [[text for _, text in each] + [dim] * bool(dim) for each in found]
        prepared.append(PreparedImages(images, notes, [data_uri(image) for image in images]))
    return prepared


def parsed(body: bytes) -> Any:
    """Return a JSON document as plain values. Raises Refused if it is not valid."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise bad_request(f"the body is not valid JSON: {reason_of(error)}") from None


def check_count(count: int) -> None:
    """Raise Refused unless a request has at least one image, and not too many."""
    if not 1 <= count <= MOST_IMAGES:
        raise bad_request(f"expected 1 to {MOST_IMAGES} images in a request, got {count:,}")


def as_pixels(values: object) -> "Pixels":
    """Return nested lists as an array. Raises Refused unless all values are pixels, 0 to 255."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise bad_request("the images do not all have the same shape") from None
    if array.dtype.kind not in "iu" or not array.size:
        raise bad_request(
            f"pixels must be whole numbers from 0 to 255, got {quoted(_example(values))}"
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 255:
        raise bad_request(f"pixels must be from 0 to 255, got {low if low < 0 else high}")
    return array.astype(np.uint8)


def shaped(pixels: "Pixels", model: ServedModel) -> "Pixels":
    """Return images as (N, H, W, C); grey ones may be (N, H, W).

    Raises Refused if that is not the shape of the model's images.
    """
    if pixels.ndim == 3 and model.shape[2] == 1:
        pixels = pixels[..., None]
    if pixels.shape[1:] != model.shape:
        expected = f"(N, {', '.join(map(str, model.shape))})"
        raise bad_request(
            f"{model.name} takes images of the shape {expected}, got {pixels.shape}: "
            f"{counted(len(pixels), 'image')} of another size"
        )
    return pixels


def _example(values: object) -> object:
    """Return a value that is not a pixel, for a message."""
    if isinstance(values, list):
        for each in values:
            found = _example(each)
            if found is not None:
                return found
        return None if values else []
    return None if type(values) is int and 0 <= values <= 255 else values
