"""What the endpoint answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from zookit.inference.predict import is_unsure
from zookit.serve.served_model import ServedModel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Probabilities = npt.NDArray[np.float32]


class ModelDescription(BaseModel):
    """A served model."""

    name: str
    title: str = Field(description="architecture on data set")
    height: int
    width: int
    channels: int = Field(description="1 for grey images, 3 for RGB")
    classes: list[str] = Field(description="the classes in the order of the labels")
    drawn: bool = Field(description="whether it takes drawings of digits or garments")
    accuracy: float | None = Field(description="on the test images, 0 to 1; null if not measured")


class ModelDescriptions(BaseModel):
    """All served models."""

    models: list[ModelDescription]


class Prediction(BaseModel):
    """What a model answers about an image."""

    model: str
    image: int = Field(description="which image of the request, counted from 0")
    class_: str = Field(alias="class", description="the most probable class")
    label: int = Field(description="its place among the classes, from 0")
    probability: float = Field(description="its probability, 0 to 1")
    unsure: bool = Field(
        description="whether it has less than one half, or less than twice as much as the next"
    )
    probabilities: list[float] = Field(description="of all classes, in their order")
    notes: list[str] = Field(description="what was done to the picture, and what looks wrong")
    prepared: str = Field(description="what the model got: a data URI of a PNG file")
    explanation: str | None = Field(
        description="where the model looked, drawn over that; null unless explain=true"
    )


class Predictions(BaseModel):
    """The answers of all models about all images: those about the first image come first."""

    predictions: list[Prediction]


def description(model: ServedModel) -> ModelDescription:
    """Return what clients may know of a model."""
    height, width, channels = model.shape
    return ModelDescription(
        name=model.name,
        title=model.title,
        height=height,
        width=width,
        channels=channels,
        classes=list(model.class_names),
        drawn=model.drawn,
        accuracy=model.accuracy,
    )


def prediction(
    model: ServedModel,
    image: int,
    probabilities: "Probabilities",
    *,
    notes: Sequence[str],
    prepared: str,
    explanation: str | None,
) -> dict[str, Any]:
    """Return a `Prediction` as plain values; to validate it would take longer than to predict.

    `probabilities` are those of all classes, float32 (classes,).
    """
    label = int(probabilities.argmax())
    plain = probabilities.tolist()
    return {
        "model": model.name,
        "image": image,
        "class": model.class_names[label],
        "label": label,
        "probability": plain[label],
        "unsure": is_unsure(probabilities),
        "probabilities": plain,
        "notes": list(notes),
        "prepared": prepared,
        "explanation": explanation,
    }
