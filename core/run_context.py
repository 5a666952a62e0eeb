"""A run that is about to train, as listeners receive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zookit.core.experiment import Experiment


@dataclass(frozen=True)
class RunContext:
    """A run that is about to train.

    `summary` describes what was fitted together (data, shape, classes, head, loss, parameters);
    `environment` what it runs on and where everything came from. Both hold plain values.
    """

    experiment: Experiment
    folder: Path
    summary: Mapping[str, Any]
    environment: Mapping[str, Any]
