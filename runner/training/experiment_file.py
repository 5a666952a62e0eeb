"""Reads the TOML file of an experiment to train."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zookit.core import BadExperiment, Experiment, TrainingOptions
from zookit.core.parameters import create
from zookit.core.reading import read_text_bounded
from zookit.modeling.optimizers import create_optimizer
from zookit.runs.inputs import INPUTS
from zookit.runs.run import EXPERIMENT, LIMITS
from zookit.training.resolve import Composition, compose_experiment


def compose_file(path: Path, options: Mapping[str, Any]) -> Composition:
    """Look up the components of an experiment's TOML file.

    `options` are those given in addition; each must agree with the file. Raises BadExperiment if
    the file cannot be read or an option contradicts it.
    """
    try:
        text = read_text_bounded(path, LIMITS[EXPERIMENT])
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadExperiment(
            f"{path} cannot be read: {reason}. Pass an experiment.toml, such as the one in a run's "
            "folder."
        ) from None
    copied = path.parent if (path.parent / INPUTS).is_dir() else None
    composition = compose_experiment(Experiment.from_toml(text, str(path)), folder=copied)
    given = create(TrainingOptions, options, "run")
    in_file = _options_of(composition.experiment)
    if "optimizer" in options:
        optimizer = create_optimizer(given.optimizer, given.learning_rate)
        given = replace(given, optimizer=optimizer.spec.words, learning_rate=None)
        in_file = replace(in_file, optimizer=composition.experiment.optimizer.words)
    for name in options:
        option, filed = getattr(given, name), getattr(in_file, name)
        if name == "learning_rate" and "optimizer" in options:
            continue  # compared with the optimizer
        if name == "augment":
            option, filed = set(option), set(filed)
        if option != filed:
            raise BadExperiment(
                f"{name} is {option!r} on the command line but {filed!r} in {path}. Remove the "
                "option, or edit the file."
            )
    return composition


def _options_of(experiment: Experiment) -> TrainingOptions:
    return TrainingOptions(
        **vars(experiment.settings),
        optimizer=experiment.optimizer.words,
        learning_rate=experiment.optimizer.parameters.get("learning_rate"),
        augment=tuple(each.short_name for each in experiment.augmentations),  # type: ignore[misc]
    )
