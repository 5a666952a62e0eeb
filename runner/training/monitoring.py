"""Whether the values that callbacks monitor are logged, and in which direction they are better."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING

from zookit.core import (
    BadExperiment,
    BrokenPlugin,
    Callback,
    Metric,
    ZookitError,
    did_you_mean,
    option,
)
from zookit.core.errors import Correction, nearest_name, quoted
from zookit.core.metric import ALWAYS_LOGGED
from zookit.registry import default
from zookit.registry.blame import advice_for, plugins_blamed

if TYPE_CHECKING:
    from zookit.training.composition import Composition

_MODES = {"loss": "min", "accuracy": "max"}
"""Whether a lower or a higher value is better."""


class NeverLogged(BadExperiment):
    """A callback needs a value that is not logged; `metric` has the words of one that would be."""

    metric: str = ""


class AddedTooLate(BadExperiment):
    """A callback needs a value that a later one, of the name `adding`, adds to the logs."""

    adding: str = ""


def check_callbacks(composition: "Composition", *, validation: bool | None = None) -> None:
    """Check the callbacks of a composition as `check_monitored` does.

    `validation` says whether there is a validation split. Before data is loaded it is None: then
    the data set's info decides, and nothing is checked if that does not tell.
    """
    experiment, callbacks = composition.experiment, composition.callbacks
    held_out = experiment.settings.validation > 0
    with plugins_blamed(*callbacks):
        sizes = composition.dataset.info.sizes
        if validation is None and not (sizes or held_out):
            return
        validation = held_out or "validation" in sizes if validation is None else validation
        names = [spec.short_name for spec in experiment.callbacks]
        check_monitored(names, callbacks, tuple(composition.metrics), validation=validation)


def check_monitored(
    names: Sequence[str],
    callbacks: Sequence[Callback],
    metrics: Sequence[str] = (),
    *,
    validation: bool,
) -> None:
    """Raise BadExperiment if a callback needs a value that is never logged before it.

    It is AddedTooLate if a later callback declares that it adds the value. `names` are the names of
    the callbacks in messages, `metrics` those of the metrics in addition to loss and accuracy.
    Whether a value is logged may not be known: a callback may add it to the logs for those after
    it. Raises BrokenPlugin if a callback does not declare tuples of names.
    """
    logged = [*ALWAYS_LOGGED, *metrics]
    logged += [f"val_{name}" for name in logged] if validation else []
    for at, (name, callback) in enumerate(zip(names, callbacks, strict=True)):
        for needed in _names(name, "monitors", callback):
            if needed not in logged:
                _check_later(name, needed, names[at + 1 :], callbacks[at + 1 :])
                metric = _measuring(needed)
                error = NeverLogged(
                    f"{name}: {needed!r} is never logged.{_way_to_log(needed, logged, metric)} "
                    f"Logged: {', '.join(logged)}."
                )
                error.metric = metric
                error.correction = _way_to_correct(needed, logged)
                raise error
        if callback.adds is None:
            return
        logged += _names(name, "adds", callback)


def _check_later(
    name: str, needed: str, names: Sequence[str], callbacks: Sequence[Callback]
) -> None:
    """Raise AddedTooLate if one of the callbacks after `name` adds the value that it needs."""
    for later, callback in zip(names, callbacks, strict=True):
        if callback.adds is not None and needed in _names(later, "adds", callback):
            error = AddedTooLate(
                f"{name}: {needed!r} is not logged yet: {later} adds it, which comes after {name}.",
                f"Put {later} before {name}.",
            )
            error.adding = later
            raise error


def _names(name: str, attribute: str, callback: Callback) -> tuple[str, ...]:
    value = getattr(callback, attribute)
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return value
    raise BrokenPlugin(
        f"{name}: {attribute} is {quoted(value)}, expected a tuple of names, such as "
        f"('val_loss',). {advice_for(callback)}"
    )


def _measuring(column: str) -> str:
    """Return the words of the metric that would be logged in a column; empty if there is none."""
    base = column.removeprefix("val_")
    for name in default.metrics:
        words = f"{name}:{base.removeprefix(f'{name}_')}" if base != name else name
        with suppress(ZookitError):
            if base.startswith(name) and default.metrics.build(words).spec.identifier == base:
                return words
    return ""


def _way_to_log(name: str, logged: Sequence[str], metric: str) -> str:
    add = f" Add {option(f'--metric {metric}', f'metrics={metric!r}')}." if metric else ""
    if name.startswith("val_") and "val_loss" not in logged:
        return f"{add} It needs a validation split."
    return add or did_you_mean(name, logged)


def _way_to_correct(name: str, logged: Sequence[str]) -> Correction | None:
    if name.startswith("val_") and "val_loss" not in logged:
        return Correction("", "0.1", "validation")
    nearest = nearest_name(name, logged)
    return Correction(name, nearest, "monitor") if nearest else None


def advice_on_modes(
    names: Sequence[str], callbacks: Sequence[Callback], metrics: Mapping[str, Metric]
) -> Iterator[str]:
    """Yield which callbacks, with a `monitor` and a `mode`, take a worse value for a better one.

    `names` are the names of the callbacks in messages.
    """
    modes = {name: "max" if each.higher_is_better else "min" for name, each in metrics.items()}
    modes |= _MODES
    for name, callback in zip(names, callbacks, strict=True):
        monitor, mode = getattr(callback, "monitor", ""), getattr(callback, "mode", "auto")
        right = modes.get(str(monitor).removeprefix("val_"))
        if monitor in callback.monitors and right and mode in modes.values() and mode != right:
            yield (
                f"{name}: a {'higher' if mode == 'max' else 'lower'} {monitor} counts as better, "
                f"but it is worse. Monitor another value{_way_to_right(callback, right)}."
            )


def _way_to_right(callback: Callback, right: str) -> str:
    has_mode = any(each.name == "mode" for each in fields(callback))
    return f", or use mode={right}" if has_mode else ""
