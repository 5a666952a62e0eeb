"""A composition put into words and plain values, for people and for the run's folder."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zookit.core import DatasetInfo
from zookit.modeling.model import Head
from zookit.runs.environment import Data, Engine, Owned
from zookit.training.resolve import Composition

if TYPE_CHECKING:
    import keras

    from zookit.data.prepared import Prepared

_NAMED = 10
"""Classes that are named one by one."""


def components(composition: Composition) -> tuple[Owned, ...]:
    """Every component's full name and where it came from."""
    return tuple(
        Owned(chosen.name, composition.owners[chosen.name])
        for chosen in composition.experiment.components()
    )


def data(prepared: "Prepared", info: DatasetInfo, sizes: Mapping[str, int]) -> Data:
    """What is trained on; `sizes` are images by what they are for."""
    return Data(
        prepared.origin,
        prepared.hash,
        info.image_shape,
        info.class_names,
        dict(sizes),
        prepared.splits.left_out,
    )


def composed(
    composition: Composition,
    word: str,
    sizes: Mapping[str, int],
    model: "keras.Model",
    engine: Engine,
) -> dict[str, str]:
    """What was fitted together, a line each. `sizes` are images by what they are for."""
    info, experiment = composition.dataset.info, composition.experiment
    head = Head(len(info.class_names))
    counted = " + ".join(f"{size:,} {name}" for name, size in sizes.items())
    names = ", ".join(info.class_names[:_NAMED])
    more = ", ..." if len(info.class_names) > _NAMED else ""
    lines = {
        "data": f"{experiment.dataset.words}, {word}: {counted}",
        "images": " x ".join(map(str, info.image_shape)),
        "classes": f"{len(info.class_names)}: {names}{more}",
        "body": experiment.architecture.words,
        "head": f"{head}, {head.loss}",
        "optimizer": f"{experiment.settings.optimizer}, learning rate "
        f"{float(model.optimizer.learning_rate):g}",
        "parameters": f"{model.count_params():,}",
        "callbacks": " ".join(callback.words for callback in experiment.callbacks),
        "augment": "+".join(experiment.settings.augment),
        "engine": _engine(engine),
    }
    return {name: line for name, line in lines.items() if line}


def _engine(engine: Engine) -> str:
    threads, steps = engine.intra_op_threads, engine.steps_per_execution
    parts = [engine.precision, "XLA" if engine.xla else ""]
    parts.append(f"{threads} thread{'s' * (threads > 1)}" if threads else "")
    parts.append(f"{steps} step{'s' * (steps > 1)} an execution")
    return ", ".join(part for part in parts if part)
