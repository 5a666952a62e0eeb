"""A request of the Open Inference Protocol, and its answer."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zookit.core.errors import quoted
from zookit.serve.binary_tensors import joined_body, split_body, text_bytes
from zookit.serve.problems import bad_request, first_problem
from zookit.serve.request_images import as_pixels, check_count, parsed, shaped
from zookit.serve.served_model import ServedModel

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Probabilities = npt.NDArray[np.float32]

INPUT = "images"
OUTPUT = "probabilities"


class _Parameters(BaseModel):
    """Other parameters of clients, such as a timeout, change no answer."""

    model_config = ConfigDict(extra="allow")
    binary_data_size: Annotated[int, Field(ge=0)] | None = None
    binary_data: bool | None = None
    binary_data_output: bool = False
    classification: Annotated[int, Field(ge=0)] = 0
    """The number of the most probable classes to return instead of the probabilities."""


class _Input(BaseModel):
    name: str
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=8)]
    datatype: str
    parameters: _Parameters = _Parameters()
    data: Any = None


class _Output(BaseModel):
    name: str
    parameters: _Parameters = _Parameters()


class InferenceRequest(BaseModel):
    """What a client asks for. `id` is returned as it is."""

    id: str = ""
    inputs: Annotated[list[_Input], Field(min_length=1, max_length=1)]
    outputs: Annotated[list[_Output], Field(max_length=1)] = []
    parameters: _Parameters = _Parameters()

    @property
    def output(self) -> _Parameters:
        """What is asked for of the output."""
        return self.outputs[0].parameters if self.outputs else _Parameters()

    @property
    def binary(self) -> bool:
        """Whether the output follows the JSON as bytes."""
        asked = self.output.binary_data
        return self.parameters.binary_data_output if asked is None else asked


def read_request(
    body: bytes, header: str | None, model: ServedModel
) -> "tuple[InferenceRequest, Pixels]":
    """Return a request with its images, uint8 (N, H, W, C).

    `header` is the number of bytes of the JSON if tensors follow. Raises Refused.
    """
    start, rest = split_body(body, header)
    try:
        request = InferenceRequest.model_validate(parsed(start))
    except ValidationError as error:
        raise bad_request(first_problem(error.errors())) from None
    given = request.inputs[0]
    if given.name != INPUT or given.datatype != "UINT8":
        raise bad_request(
            f"expected the input '{INPUT}' of the type UINT8, got {quoted(given.name)} of the type "
            f"{quoted(given.datatype)}"
        )
    for output in request.outputs:
        if output.name != OUTPUT:
            raise bad_request(f"expected the output '{OUTPUT}', got {quoted(output.name)}")
    check_count(given.shape[0] if given.shape else 0)
    size = given.parameters.binary_data_size
    if size is None:
        pixels = as_pixels(given.data).ravel() if given.data else np.empty(0, np.uint8)
    else:
        pixels = np.frombuffer(rest, np.uint8)
        if given.data is not None:
            raise bad_request("the input has both data and binary_data_size, expected one of them")
        if size != len(rest):
            raise bad_request(f"binary_data_size is {size:,}, but {len(rest):,} bytes follow")
    if pixels.size != int(np.prod(given.shape, dtype=object)):
        raise bad_request(f"the shape is {given.shape}, but there are {pixels.size:,} pixels")
    return request, shaped(pixels.reshape(given.shape), model)


def answer(
    request: InferenceRequest, model: ServedModel, probabilities: "Probabilities"
) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of the answer; probabilities are float32 (N, classes)."""
    count = request.output.classification
    kind: Literal["BYTES", "FP32"]
    if count:
        texts = [_best(each, model.class_names, count) for each in probabilities]
        kind, shape = "BYTES", [len(texts), len(texts[0])]
        data: list[Any] = [text for row in texts for text in row]
        encoded = text_bytes(data) if request.binary else b""
    else:
        kind, shape = "FP32", list(probabilities.shape)
        data = [] if request.binary else probabilities.ravel().tolist()
        encoded = probabilities.astype("<f4").tobytes() if request.binary else b""
    output: dict[str, Any] = {"name": OUTPUT, "datatype": kind, "shape": shape}
    if request.binary:
        output["parameters"] = {"binary_data_size": len(encoded)}
    else:
        output["data"] = data
    whole: dict[str, Any] = {"model_name": model.name, "outputs": [output]}
    if request.id:
        whole["id"] = request.id
    return joined_body(whole, [encoded] if request.binary else [])


def _best(probabilities: "Probabilities", names: tuple[str, ...], count: int) -> list[str]:
    """Return the most probable classes as the extension "classification" writes them."""
    best = (-probabilities).argsort(kind="stable")[:count].tolist()
    return [f"{probabilities[label]:f}:{label}:{names[label]}" for label in best]
