"""A run before training, as listeners receive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zookit.core.experiment import Experiment


@dataclass(frozen=True)
class RunContext:
    """A run before training.

    Args:
        experiment: what is trained.
        folder: the run folder.
        summary: the data, images, classes, head, loss, ... as text, by name.
        environment: the versions, the machine and the data, as plain values.
    """

    experiment: Experiment
    folder: Path
    summary: Mapping[str, Any]
    environment: Mapping[str, Any]
