"""How many parameters the models of a sweep have, counted in a child process."""

import json
from collections.abc import Iterable
from dataclasses import replace

from zookit.core import Experiment, Preference
from zookit.isolation import run_in_child
from zookit.modeling.model import build_model
from zookit.modeling.runtime import start_runtime
from zookit.registry.blame import blamed_reason_of, plugins_blamed
from zookit.sweeps.cells import Cell
from zookit.training.resolve import compose_experiment


def parameter_counts(cells: Iterable[Cell]) -> dict[Cell, int | str]:
    """Return the number of parameters of each cell's model, or why the model cannot be built.

    A model is built once for each architecture, shape of images and number of classes. TensorFlow
    is imported in a child process alone.
    """
    keys: dict[str, str] = {}
    by_cell: dict[Cell, str] = {}
    for cell in cells:
        if cell.composition is None:
            continue
        experiment, info = cell.composition.experiment, cell.composition.dataset.info
        shape = (*info.image_shape, len(info.class_names), experiment.settings.normalize)
        by_cell[cell] = key = json.dumps([experiment.architecture.plain(), shape], sort_keys=True)
        if key not in keys:
            # What the weights start from does not count, and may be gone.
            keys[key] = replace(experiment, initial_weights="", input_files={}).to_toml()
    counts = run_in_child(f"{__name__}:count_in_child", list(keys.values())) if keys else []
    counted = dict(zip(keys, counts, strict=True))
    return {cell: counted[key] for cell, key in by_cell.items()}


def count_in_child(experiments: list[str]) -> list[int | str]:
    """Return the parameters of each experiment's model, in this process, which is a child."""
    with start_runtime(precision="float32", preference=Preference(), threads=None):
        return [_count(Experiment.from_toml(each)) for each in experiments]


def _count(experiment: Experiment) -> int | str:
    import keras

    try:
        composition = compose_experiment(experiment)
        info, normalize = composition.dataset.info, experiment.settings.normalize
        with plugins_blamed():
            return int(build_model(info, composition.architecture, normalize).count_params())
    except Exception as error:  # noqa: BLE001 - of this model, which others do not use
        return blamed_reason_of(error)
    finally:
        keras.backend.clear_session()
