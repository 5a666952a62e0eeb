"""Installed models: runs that packages have as data, by the names of their entry points."""

from dataclasses import replace

from zookit.core import BadRun
from zookit.core.messages import option
from zookit.core.reading import read_text_bounded
from zookit.registry import default
from zookit.registry.installed_model import InstalledModel, installed_model
from zookit.registry.model_card import CARD
from zookit.runs.pulled import is_pulled
from zookit.runs.run import (
    ENVIRONMENT,
    EVALUATION,
    EXPERIMENT,
    HISTORY,
    METRICS,
    TIMES,
    WEIGHTS,
    RunRecord,
    read_run,
)

FILES = (EXPERIMENT, ENVIRONMENT, HISTORY, TIMES, METRICS, WEIGHTS, EVALUATION)
"""The files that each model has; it may have copies of input files as well."""
_LARGEST_CARD = 1_000_000


def open_model(name: str) -> RunRecord:
    """Read the run that an installed model is.

    Checks what is read against the hashes that were installed; weights and predictions are
    checked when they are loaded.

    Args:
        name: the model's name, or `distribution/name`.

    Raises:
        UnknownName: no model of that name is installed, or it is blocked.
        AmbiguousName: several distributions have a model of that name.
        BrokenPlugin: the package is damaged, is not installed as files, or does not have a run
            that this version of zookit can read.
    """
    return read_model(installed_model(default.models[name]))


def read_model(model: InstalledModel) -> RunRecord:
    """Read the run that an installed model is. Raises BrokenPlugin."""
    missing = [each for each in FILES if not model.has(each)]
    if missing:
        raise model.mistake(f"is not complete: {', '.join(missing)} is missing")
    model.check(EXPERIMENT, ENVIRONMENT, HISTORY, TIMES, METRICS)
    with model.reading():
        record = read_run(model.folder)
        if record.contradiction:
            raise BadRun(record.contradiction)
    if record.status != "finished":
        raise model.mistake(f"is of a run that is {record.status}")
    return replace(record, installed=model)


def check_resumable(run: RunRecord) -> None:
    """Raise BadRun if nothing may change the run: it is an installed model, or in the cache."""
    if is_pulled(run.folder):
        raise BadRun(
            f"{run.name} cannot be resumed under its address, because only a copy is here. Pull it "
            f"into a folder of runs first: {option('zookit pull URL', 'zookit.pull(url)')}"
        )
    if run.installed is None:
        return
    raise BadRun(
        f"{run.shown} cannot be resumed, because an installed model is never changed. To train its "
        f"experiment again, as a new run: {option(f'zookit reproduce {run.name}', 'reproduce()')}"
    )


def card_of(model: InstalledModel) -> str:
    """Return the model's card, Markdown text. Raises BrokenPlugin."""
    model.check(CARD)
    try:
        return read_text_bounded(model.folder / CARD, _LARGEST_CARD)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise model.mistake(f"has no card that can be read: {reason}") from None
