"""The logged value that a callback watches, and what is said where there is none."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from zookit.core import Doc, TrainingFailed, did_you_mean

Monitor = Annotated[
    str, Doc("The logged value to watch: loss, accuracy, or with a validation split val_...")
]
Mode = Annotated[
    Literal["auto", "min", "max"],
    Doc("Whether the value should fall or rise; auto knows it of losses and accuracies."),
]


def monitored(callback: str, monitor: str, logs: Mapping[str, Any] | None) -> Any:
    """The value that is watched. Raises TrainingFailed where it is never logged."""
    logs = logs or {}
    if monitor not in logs:
        raise TrainingFailed(
            f"{callback}: {monitor!r} is never logged.{did_you_mean(monitor, logs)} Logged are: "
            f"{', '.join(logs)} (values that begin with val_ need a validation split, as "
            "--validation 0.1 makes one)."
        )
    return logs[monitor]
