"""Where a model looked in the images that it is surest and wrong about."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import Architecture, BadExperiment, Component, Dataset, Evaluation
from zookit.core.messages import option, printable
from zookit.data.source import no_choice_of_data
from zookit.inference.evaluate import load_predictor_and_data, reduced
from zookit.inference.explanation import Explainer
from zookit.inference.rebuild import rebuild_model
from zookit.report.predictions import MISTAKES, ExplainedMistakes
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import RunRecord
from zookit.terminal import waiting
from zookit.training.resolve import instance_of_run

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt


def explain_mistakes(run: RunRecord, instances: Sequence[Component] = ()) -> ExplainedMistakes:
    """Rebuild a run's model, and return where it looked in the images of its surest mistakes.

    Large images are explained as they are, and returned smaller.

    The images are those that the run keeps. If it keeps smaller ones or none, those of its data set
    are loaded.

    Args:
        run: a run that has finished.
        instances: the components that the run was trained with and that no entry point names. The
            data set is needed only if its images are.

    Raises:
        BadExperiment: the run has not finished, or its test images are not available.
        ZookitError: the model cannot be rebuilt.
    """
    evaluation = load_evaluation(run)
    if evaluation is None:
        raise BadExperiment(
            f"{printable(run.name)} has no predictions on test images, because its status is "
            f"{run.status}. Only the mistakes of a finished run can be explained."
        )
    found = instance_of_run(run, run.experiment.architecture, instances)
    architecture = found if isinstance(found, Architecture) else None
    at, shape = _surest(evaluation), run.environment.data.image_shape
    kept = evaluation.mistakes[: len(at)]
    if len(kept) == len(at) and (kept.shape[1:] == shape or not len(at)):
        with waiting("starting TensorFlow", quiet=False):
            model = rebuild_model(run, architecture)
        images = kept.reshape(len(at), *shape)
    else:
        own = instance_of_run(run, run.experiment.dataset, instances)
        dataset = own if isinstance(own, Dataset) else None
        model, images = _from_data(run, architecture, dataset, at)
    with waiting("explaining", quiet=False):
        where = Explainer(model).explanation(images, evaluation.predicted[at])
    return ExplainedMistakes(at, reduced(images), replace(where, maps=reduced(where.maps)))


def _surest(evaluation: Evaluation) -> "npt.NDArray[np.int64]":
    """Return the numbers of the mistakes with the highest probability, also of a model without."""
    if len(evaluation.mistakes_at):
        return evaluation.mistakes_at[:MISTAKES]
    wrong = np.flatnonzero(evaluation.predicted != evaluation.labels)
    return wrong[np.argsort(-evaluation.probability[wrong], kind="stable")][:MISTAKES]


def _from_data(
    run: RunRecord,
    architecture: Architecture | None,
    dataset: Dataset | None,
    at: "npt.NDArray[np.int64]",
) -> "tuple[keras.Model, npt.NDArray[np.uint8]]":
    """Return the model, and test images of the run's data set."""
    without = option("Or leave out --explain.", "Or leave out explain=True.")
    with no_choice_of_data(f"The mistakes are images of that data set. {without}"):
        predictor, data = load_predictor_and_data(run, dataset, architecture=architecture)
    if not data.facts.own:
        raise BadExperiment(
            f"the images of the mistakes did not come with {printable(run.name)}, and the test "
            f"images here are not those that it was tested on: {data.facts.origin} data, expected "
            f"{run.environment.data.origin} data. Write the report without explanations, or make "
            "that data available."
        )
    return predictor.model, data.split.images[at]
