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
from zookit.core.messages import counted, listed
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
    files: Sequence[bytes],
    models: Sequence[ServedModel],
    *,
    invert: bool,
    drawn: bool,
    page: bool = False,
) -> list[PreparedImages]:
    """Return what each model gets of the files, read as `zookit predict` reads them.

    Args:
        files: PNG, JPEG, GIF, BMP or WebP files.
        models: the models.
        invert: swap dark and light.
        drawn: bring drawings to the form that models of drawings were trained on.
        page: whether notes name the controls of the page instead of parameters.

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
            raise bad_request(
                f"the images have more than {MAX_PIXELS:,} pixels together. Send fewer at a time, "
                "or scale them down"
            )
        for each, texts, model in zip(pixels, notes, models, strict=True):
            found, about = _prepared(opened, model, invert=invert, drawn=drawn, page=page)
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
    opened: "Image", model: ServedModel, *, invert: bool, drawn: bool, page: bool
) -> "tuple[Pixels, list[str]]":
    if not (drawn and model.drawn):
        return prepare_image(opened, model.notes(invert=invert, page=page))
    pixels = prepare_drawing(opened, model.class_names)[..., None]
    if model.dark_on_light != invert:
        pixels = 255 - pixels
    found: list[Note] = []
    if invert:
        model.notes(invert=invert, page=page).check_borders([found], pixels[None])
    return pixels, [text for _, text in found]


def prepare_arrays(
    body: bytes, models: Sequence[ServedModel], *, invert: bool, page: bool = False
) -> list[PreparedImages]:
    """Return what each model gets of a JSON object `{"images": [...]}`.

    `invert` and `page` are as for `prepare_pictures`.

    Raises Refused if the body is another one, or the images are not pixels of the models' shape.
    """
    given = _images_of(parsed(body))
    if not given:
        check_count(0)
    pixels = as_pixels(given)
    for model in models:
        _check_several(pixels, model)
    check_count(len(pixels))
    dim = why_dim(pixels)
    prepared = []
    for model in models:
        images = shaped(pixels, model)
        images = 255 - images if invert else images
        found: list[list[Note]] = [[] for _ in images]
        model.notes(invert=invert, page=page).check_borders(found, images)
        notes = [[text for _, text in each] + [dim] * bool(dim) for each in found]
        prepared.append(PreparedImages(images, notes, [data_uri(image) for image in images]))
    return prepared


def _images_of(document: object) -> list[Any]:
    expected = 'expected a JSON object {"images": [...]} with nothing else in it'
    if not isinstance(document, dict):
        raise bad_request(f"{expected}, got {quoted(document)}")
    if set(document) != {"images"}:
        keys = listed([quoted(each) for each in document], 3) or "none"
        raise bad_request(f"{expected}, got the key{'s' * (len(document) > 1)} {keys}")
    images = document["images"]
    if not isinstance(images, list):
        raise bad_request(f"images must be a list of images, got {quoted(images)}")
    return images


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
    given = pixels.shape
    _check_several(pixels, model)
    if pixels.ndim == 3 and model.shape[2] == 1:
        pixels = pixels[..., None]
    if pixels.shape[1:] != model.shape:
        raise bad_request(f"{_takes(model)}, got {given}: {_what_differs(given, model)}")
    return pixels


def _check_several(pixels: "Pixels", model: ServedModel) -> None:
    """Raise Refused if these are the pixels of one image."""
    if pixels.shape in (model.shape, model.shape[:2]):
        raise bad_request(
            f"{_takes(model)}, got {pixels.shape}: one image. Put it into a list: "
            f"(1, {_text(pixels.shape)})"
        )


def _takes(model: ServedModel) -> str:
    grey = f" or (N, {_text(model.shape[:2])})" if model.shape[2] == 1 else ""
    return f"{model.name} takes images of the shape (N, {_text(model.shape)}){grey}"


def _what_differs(given: tuple[int, ...], model: ServedModel) -> str:
    height, width, channels = model.shape
    kind = "grey images" if channels == 1 else "colour images"
    if given[1:] == (channels, height, width):
        return f"the channels come first. Move them to the end: (N, {_text(model.shape)})"
    if given[1:3] == (height, width) and len(given) == 4:
        return f"{counted(given[3], 'channel')}, but it takes {kind}; picture files are converted"
    if given[1:] == (height, width):
        return f"without channels, but it takes {kind}; picture files are converted"
    if len(given) < 3:
        return "not a list of images"
    return f"{counted(given[0], 'image')} of another size; picture files are scaled"


def _text(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))


def _example(values: object) -> object:
    """Return a value that is not a pixel, for a message."""
    if isinstance(values, list):
        for each in values:
            found = _example(each)
            if found is not None:
                return found
        return None if values else []
    return None if type(values) is int and 0 <= values <= 255 else values
