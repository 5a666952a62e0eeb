"""Reads the TOML file of an experiment to train."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zookit.core import BadExperiment, ComponentSpec, Experiment, Settings
from zookit.core.errors import quoted
from zookit.core.experiment import INITIAL_WEIGHTS
from zookit.core.parameters import create
from zookit.core.reading import read_text_bounded
from zookit.registry import Registry
from zookit.runs.inputs import INPUTS
from zookit.runs.run import EXPERIMENT, LIMITS
from zookit.runs.runs_dir import RUNS_DIR
from zookit.training.composition import Composition
from zookit.training.initial_weights import read_source
from zookit.training.options import FREEZE, INIT, Chosen, split_options
from zookit.training.resolve import compose_chosen, compose_experiment

RATE = "learning_rate"
"""The option that is a schedule or a parameter of the optimizer."""
_DIGITS = 8


def compose_file(path: Path, options: Mapping[str, Any], runs_dir: Path = RUNS_DIR) -> Composition:
    """Look up the components of an experiment's TOML file.

    `options` are those given in addition; each must agree with the file. `runs_dir` has the run
    that it may start from. Raises BadExperiment if
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
    experiment = Experiment.from_toml(text, str(path))
    composition = compose_experiment(experiment, folder=copied, runs_dir=runs_dir)
    if options:
        _check_options(path, composition, options, runs_dir)
    return composition


def _check_options(
    path: Path, composition: Composition, options: Mapping[str, Any], runs_dir: Path
) -> None:
    """Raise BadExperiment if an option changes the experiment of a file."""
    filed = composition.experiment
    wanted = split_options(options)
    chosen, settings, rate = wanted.chosen, wanted.settings, wanted.rate
    from_file = _chosen(composition)
    # The file's learning rate is compared with the one that is given, not combined with it.
    if rate is not None or Registry.optimizers in chosen:
        from_file.pop(Registry.schedules, None)
    if RATE in options and Registry.optimizers not in chosen:
        parameters = {k: v for k, v in filed.optimizer.parameters.items() if k != RATE}
        chosen[Registry.optimizers] = [ComponentSpec(filed.optimizer.name, parameters)]
    changed = create(Settings, settings, "run")
    replaced_slots = {kind.slot for kind in chosen}
    given = compose_chosen(
        {**from_file, **chosen},
        replace(filed.settings, **{name: getattr(changed, name) for name in settings}),
        rate,
        wanted.frozen if FREEZE in options else filed.frozen,
        {k: v for k, v in filed.input_files.items() if k.partition(".")[0] not in replaced_slots},
        initial=composition.initial if wanted.init is None else read_source(wanted.init, runs_dir),
    ).experiment
    keys = {kind.keyword: kind.slot for kind in Registry.kinds()} | {
        FREEZE: "frozen",
        INIT: INITIAL_WEIGHTS,
        RATE: RATE,
    }
    for name in options:
        key = keys.get(name, name)
        option, recorded = _value(given, key), _value(filed, key)
        if option != recorded:
            raise BadExperiment(
                f"{name} is {quoted(option)} on the command line but {quoted(recorded)} in "
                f"{path}. Remove the option, or edit the file."
            )


def _chosen(composition: Composition) -> Chosen:
    """Return what a composition consists of, to be composed again."""
    kinds = {kind.slot: kind for kind in Registry.kinds()}
    chosen: Chosen = {}
    for slot, component in composition.parts.items():
        chosen.setdefault(kinds[slot.partition(".")[0]], []).append(component)
    return chosen


def _value(experiment: Experiment, key: str) -> Any:
    """Return a setting, or the words of the components, for comparison and for messages."""
    if hasattr(experiment.settings, key):
        return getattr(experiment.settings, key)
    if key == INITIAL_WEIGHTS:  # the content, whatever the name
        return experiment.with_contents(_DIGITS).initial_weights
    if key == "frozen":
        return " ".join(experiment.frozen)
    if key == RATE:
        own = experiment.optimizer.parameters.get(RATE)
        return own if experiment.schedule is None else experiment.schedule.words
    specs = [spec for slot, spec in experiment.slots().items() if slot.partition(".")[0] == key]
    return " ".join(spec.words for spec in specs)
