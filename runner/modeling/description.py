"""Describes an experiment in words, for the terminal and the report."""

from collections.abc import Iterable

from zookit.core import ComponentSpec, Experiment
from zookit.core.experiment import DEFAULT_LOSS
from zookit.core.messages import counted
from zookit.core.parameters import words_of
from zookit.modeling.model import Head
from zookit.runs.environment import Environment, Parameters, Runtime

_NAMED = 10
"""The most classes that are named."""


def describe(
    experiment: Experiment,
    environment: Environment,
    *,
    learning_rate: float | None = None,
) -> dict[str, str]:
    """Describe an experiment: one line of text for each part, without empty ones.

    Components are shown without the parameters that have their default.

    Args:
        experiment: the experiment.
        environment: the environment, with the data and the runtime.
        learning_rate: the optimizer's actual learning rate; by default the experiment's.
    """
    data = environment.data
    sizes = " + ".join(f"{size:,} {name}" for name, size in data.sizes.items())
    classes = len(data.class_names)
    names = ", ".join(data.class_names[:_NAMED]) + (", ..." if classes > _NAMED else "")
    head = Head(classes)
    loss = experiment.loss
    if loss is None and any(each.mixes_labels for each in environment.components):
        loss = DEFAULT_LOSS
    lines = {
        "data": f"{experiment.dataset.short_words}, {data.origin}: {sizes}",
        "images": " x ".join(map(str, data.image_shape)),
        "classes": f"{classes:,}: {names}",
        "body": experiment.architecture.short_words,
        "head": f"{head}, {head.loss if loss is None else loss.short_words}",
        "optimizer": _optimizer(experiment, learning_rate),
        "parameters": _parameters(environment.parameters),
        "metrics": _words(experiment.metrics),
        "callbacks": _words(experiment.callbacks),
        "augmentation": _words(experiment.augmentations),
        **{
            name: _words((found,) if isinstance(found, ComponentSpec) else found)
            for name, found in experiment.others.items()
        },
        "initial weights": str(environment.initial_weights or experiment.initial_weights),
        "frozen": ", ".join(experiment.frozen),
        "runtime": _runtime(environment.runtime),
    }
    return {name: line for name, line in lines.items() if line}


def _parameters(parameters: Parameters | None) -> str:
    """Return `1,234`, or `1,234, trained: 12, from epoch 3 on 1,200`."""
    if parameters is None:
        return ""
    if set(parameters.trained.values()) <= {parameters.all}:
        return f"{parameters.all:,}"
    first, *later = parameters.trained.items()
    phases = [f"{first[1]:,}", *(f"from epoch {epoch} on {count:,}" for epoch, count in later)]
    return f"{parameters.all:,}, trained: {', '.join(phases)}"


def _words(specs: Iterable[ComponentSpec]) -> str:
    return " ".join(each.short_words for each in specs)


def _optimizer(experiment: Experiment, learning_rate: float | None) -> str:
    optimizer = experiment.optimizer
    parameters = optimizer.changed()["parameters"]
    own = parameters.pop("learning_rate", optimizer.parameters.get("learning_rate"))
    rate = own if learning_rate is None else learning_rate
    words = str(words_of(optimizer.short_name, parameters))
    if experiment.schedule is not None:
        return f"{words}, learning rate {experiment.schedule.short_words}"
    return words if rate is None else f"{words}, learning rate {rate:g}"


def _runtime(runtime: Runtime) -> str:
    threads, steps = runtime.intra_op_threads, runtime.steps_per_execution
    parts = [runtime.precision, "XLA" if runtime.xla else ""]
    parts.append(counted(threads, "thread") if threads else "")
    parts.append(f"{counted(steps, 'step')} per execution")
    return ", ".join(part for part in parts if part)
