"""Parameters and errors of callbacks that monitor a logged value."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from zookit.core import Doc, TrainingFailed, did_you_mean, option

Monitor = Annotated[
    str,
    Doc("The logged value to monitor: loss, accuracy, or val_... if there is a validation split."),
]
Mode = Annotated[
    Literal["auto", "min", "max"],
    Doc("Whether a lower (min) or a higher (max) value is better; auto if Keras knows the metric."),
]


def monitored(callback: str, monitor: str, logs: Mapping[str, Any] | None) -> Any:
    """Return the logged value `monitor`. Raises TrainingFailed if it is not logged."""
    logs = logs or {}
    if monitor not in logs:
        raise TrainingFailed(
            f"{callback}: {monitor!r} is not logged.{did_you_mean(monitor, logs)} Logged: "
            f"{', '.join(logs)}. Values that begin with val_ need a validation split, for example "
            f"{option('--validation 0.1', 'validation=0.1')}."
        )
    return logs[monitor]
