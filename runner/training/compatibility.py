"""Whether the components fit the data, the learning rate and each other. Imports no TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from zookit.core import (
    Architecture,
    Augmentation,
    BadExperiment,
    BadParameter,
    BrokenPlugin,
    Callback,
    ComponentSpec,
    ImageShapeRefused,
    Loss,
    Metric,
    Optimizer,
    Preference,
    Unfreezing,
)
from zookit.core.data.checks import check_info
from zookit.core.errors import quoted, reason_of
from zookit.core.messages import counted, option
from zookit.core.metric import RESERVED
from zookit.core.parameters import create, plain_values
from zookit.registry import Built, Registry
from zookit.registry.blame import (
    advice_for,
    check_returned,
    describe,
    name_of,
    plugins_blamed,
    values_refused,
)
from zookit.registry.kind import Row
from zookit.runs.run import RunRecord
from zookit.training.composition import Composition

BODY = "body"
"""All of the model but the head."""


def check_named_once(built: Mapping[Row, Sequence[Built[Any]]]) -> None:
    """Raise BadExperiment if a component is given twice."""
    for kind, found in built.items():
        if kind is not Registry.metrics:
            names = [each.spec.name for each in found if each.spec.registered]
            for name in names:
                if names.count(name) > 1:
                    raise _given_twice(kind, name)


def check_columns(metrics: Sequence[Built[Metric]]) -> None:
    """Raise BadExperiment if a metric would be logged under the name of another value."""
    columns: dict[str, ComponentSpec] = {}
    for each in metrics:
        column = each.spec.identifier
        if column in (*RESERVED, "learning_rate") or column.startswith("val_"):
            raise BadExperiment(
                f"the metric {each.spec.name} would be logged as {column!r}, which "
                f"is the name of another value. {advice_for(each.component)}"
            )
        other = columns.setdefault(column, each.spec)
        if other is each.spec:
            continue
        if other == each.spec:
            raise _given_twice(Registry.metrics, column)
        raise BadExperiment(
            f"{other.words} and {each.spec.words} would both be logged as {column!r}. Remove one "
            "of them."
        )


def _given_twice(kind: Row, name: str) -> BadExperiment:
    return BadExperiment(f"{kind.singular} {name!r} is given twice. Pass it once.")


def check_component_values(composition: Composition) -> None:
    """Raise a ZookitError if components do not fit the data, or break their contracts."""
    dataset, architecture = composition.dataset, composition.architecture
    settings = composition.experiment.settings
    with plugins_blamed(dataset, architecture):
        info = dataset.info
        check_info(describe(dataset), info)
        if dataset.folder is not None:
            check_returned(dataset, "folder", dataset.folder, Path, "pathlib.Path")
        check_shape(architecture, info.image_shape)
        for augmentation in composition.augmentations:
            check_shape(augmentation, info.image_shape)
        _check_classes(composition, len(info.class_names))
        preference = architecture.preference(info.image_shape, settings.batch_size)
        check_returned(architecture, "preference", preference, Preference, "zookit.core.Preference")
    own_rule = type(architecture).normalize is not Architecture.normalize
    if not settings.normalize and own_rule:
        raise BadExperiment(
            f"{composition.experiment.architecture.name} scales pixels by a rule of its own, which "
            f"cannot be turned off. Remove {option('--no-normalize', 'normalize=False')}."
        )


def check_shape(component: Architecture | Augmentation, image_shape: tuple[int, int, int]) -> None:
    """Raise ImageShapeRefused, which names the component, if it cannot be used on such images."""
    try:
        component.check(image_shape)
    except ImageShapeRefused as error:
        name = name_of(component)
        if not error.message.startswith(f"{name}: "):
            error.message = f"{name}: {error.message}"
        raise


def _check_classes(composition: Composition, classes: int) -> None:
    """Raise BadParameter if the loss or a metric cannot be used for a number of classes."""
    judges: list[Loss | Metric] = [*composition.metrics.values()]
    if composition.loss is not None:
        judges.insert(0, composition.loss)
    for each in judges:
        with values_refused(each):
            each.check(classes)


def with_rate(optimizer: Built[Optimizer], rate: Any) -> Built[Optimizer]:
    """Return an optimizer with a learning rate. Raises BadParameter if it has one already."""
    name = optimizer.spec.short_name
    if has_rate(optimizer.spec):
        own = optimizer.component.learning_rate
        raise BadParameter(
            f"the learning rate is given twice: {rate} by itself and {own:g} as a parameter of "
            f"{name}. Pass it once."
        )
    values = {**plain_values(optimizer.component), "learning_rate": rate}
    component = create(type(optimizer.component), values, name)
    return Built(component, ComponentSpec.of(optimizer.spec.name, component), optimizer.owner)


def has_rate(optimizer: ComponentSpec) -> bool:
    """Whether an optimizer is given a learning rate; it may have a default of its own."""
    return "learning_rate" in optimizer.parameters and "learning_rate" not in optimizer.defaulted


def check_rate(composition: Composition) -> None:
    """Raise BadExperiment if more than the schedule sets the rate, BadParameter if it cannot."""
    schedule = composition.experiment.schedule
    if schedule is None:
        return
    if has_rate(composition.experiment.optimizer):
        raise BadExperiment(
            f"the learning rate is given twice: by the schedule {schedule.short_name} and as a "
            f"parameter of {composition.experiment.optimizer.short_name}. Pass it once."
        )
    for spec, callback in zip(composition.experiment.callbacks, composition.callbacks, strict=True):
        if callback.sets_learning_rate:
            raise BadExperiment(
                f"{spec.short_name} sets the learning rate, and so does the schedule "
                f"{schedule.short_name}. Remove one of them."
            )
    if composition.schedule is not None:
        with values_refused(composition.schedule):
            composition.schedule.check(composition.experiment.settings.epochs)


def check_averaging(composition: Composition) -> None:
    """Raise BadExperiment if the optimizer averages no weights for a callback, or frozen ones."""
    experiment, optimizer = composition.experiment, composition.optimizer
    name = experiment.optimizer.short_name
    if optimizer.averages_weights:
        if experiment.frozen:  # Keras matches weights and averages by position
            raise BadExperiment(
                f"{name} averages the weights, which is not possible with frozen layers. Remove "
                f"use_ema from {option('--optimizer', 'optimizer')}, or remove {_freeze()}."
            )
        return
    for spec, callback in zip(experiment.callbacks, composition.callbacks, strict=True):
        if callback.needs_averages:
            raise BadExperiment(
                f"{spec.short_name} uses averages of the weights, but {name} keeps none."
                f"{_way_to_average(name, optimizer)}"
            )


def _way_to_average(name: str, optimizer: Optimizer) -> str:
    if not any(each.name == "use_ema" for each in fields(optimizer)):
        return " Use an optimizer that does."
    words = f"{name}:use_ema=true"
    return f" Use {option(f'--optimizer {words}', f'optimizer={words!r}')}."


def check_extension(record: RunRecord, composition: Composition) -> None:
    """Raise BadExperiment if a run gets more epochs, but its learning rate depends on them."""
    then, now = record.experiment.settings.epochs, composition.experiment.settings.epochs
    schedule = composition.schedule
    if then == now or schedule is None or not schedule.uses_epochs:
        return
    name = record.experiment.schedule
    raise BadExperiment(
        f"{record.name} cannot be extended to {now} epochs: its learning rate "
        f"({'' if name is None else name.words}) follows a schedule for {counted(then, 'epoch')}, "
        f"so a run of {now} epochs would have had other rates from the start. Start a new run with "
        f"{option(f'--epochs {now}', f'epochs={now}')}, or resume this one without it."
    )


def check_frozen(composition: Composition) -> None:
    """Raise BadExperiment if a part cannot be frozen, or nothing is frozen to be trained later."""
    experiment = composition.experiment
    for part in experiment.frozen:
        if part != BODY:
            raise BadExperiment(
                f"freeze: {quoted(part)} cannot be frozen. Expected body: the whole model but its "
                f"head. Use {_freeze()}."
            )
    if len(experiment.frozen) > 1:
        raise BadExperiment("frozen: body is given twice. Write it once.")
    epochs = experiment.settings.epochs
    for spec, callback in zip(experiment.callbacks, composition.callbacks, strict=True):
        found = _unfreezing_of(callback)
        if found is None:
            continue
        if not experiment.frozen:
            raise BadExperiment(
                f"{spec.short_name} trains what was frozen, but nothing is frozen. Add "
                f"{_freeze()}, or remove {spec.short_name}."
            )
        if found.epoch > epochs:
            raise BadExperiment(
                f"{spec.short_name}: epoch is {found.epoch}, but the run has only "
                f"{counted(epochs, 'epoch')}. Use a lower epoch, or "
                f"{option(f'--epochs {found.epoch}', f'epochs={found.epoch}')} or more."
            )


def _unfreezing_of(callback: Callback) -> Unfreezing | None:
    """Return when a callback unfreezes the model. Raises BrokenPlugin if that is not valid."""
    with plugins_blamed(callback):
        try:
            found = callback.unfreezing
        except ValueError as error:
            raise BrokenPlugin(
                f"{describe(callback)}: {reason_of(error)}. {advice_for(callback)}"
            ) from error
    if found is not None:
        check_returned(callback, "unfreezing", found, Unfreezing, "zookit.core.Unfreezing")
    return found


def unfreezings(composition: Composition) -> Sequence[Unfreezing]:
    """Return what the callbacks train later, in the order of epochs."""
    found = (each.unfreezing for each in composition.callbacks)
    return sorted((each for each in found if each is not None), key=lambda each: each.epoch)


def _freeze() -> str:
    return option("--freeze body", "freeze='body'")
