"""A kept run's model on test images: those of its own data set, or of any other that fits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zookit.core import BadExperiment, Dataset, DatasetInfo, Evaluation, Split, warn
from zookit.core.source import DataOrigin, DataRequest
from zookit.data.prepared import prepare
from zookit.inference.predict import Predictor, evaluate
from zookit.inference.rebuild import check_ended, rebuild_model
from zookit.modeling.tensorflow_import import importing_keras
from zookit.registry import default
from zookit.runs.run import RunRecord
from zookit.terminal import bar, waiting

_NAMED = 3
"""Class names that are told one by one."""


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """A data set's test split. `own` says whether the run was trained on this very data."""

    words: str
    info: DatasetInfo
    origin: DataOrigin
    hash: str
    own: bool
    split: Split


def predictor_and_data(
    run: RunRecord, on: str | Dataset | None = None, request: DataRequest | None = None
) -> tuple[Predictor, EvaluationData]:
    """The run's model and the data set that `on` names, or else its own.

    `request` is auto, full or sample; if not given, the run's own data is what was recorded, and
    another data set's auto. While the data is prepared Keras is imported.

    Raises BadExperiment where the data set does not fit, DataError where it cannot be had, BadRun
    as `rebuild_model` does.
    """
    check_ended(run)  # before Keras is imported and data prepared
    with importing_keras() as importing:
        data = _taken(run, on, request, importing.start)
        with waiting("starting TensorFlow", quiet=False):
            importing.wait()
            return Predictor(rebuild_model(run)), data


def evaluated(
    run: RunRecord, on: str | Dataset | None = None, request: DataRequest | None = None
) -> tuple[Evaluation, EvaluationData]:
    """What the run's model says of test images, chosen and raising as `predictor_and_data`."""
    predictor, data = predictor_and_data(run, on, request)
    with waiting("evaluating", quiet=False):
        return evaluate(predictor, data.split), data


def _taken(
    run: RunRecord, on: str | Dataset | None, request: DataRequest | None, found: Callable[[], None]
) -> EvaluationData:
    given = run.experiment.dataset if on is None else on
    built = default.datasets.build(given)
    dataset, name = built.component, built.spec.short_name
    _check_fit(run, name, dataset.info)
    usual = run.experiment.settings.data if on is None else "auto"
    prepared = prepare(dataset, request or usual, name, built.owner or "", bar, found=found)
    then = run.environment.data
    own = prepared.hash == then.hash
    if on is None and not own:
        warn(
            f"this is other data than {run.name} was trained on: {name} {prepared.origin} "
            f"{prepared.hash[:8]}, then {then.origin} {then.hash[:8]}. Figures on the two do not "
            "compare."
        )
    return EvaluationData(
        built.spec.words, dataset.info, prepared.origin, prepared.hash, own, prepared.splits.test
    )


def _check_fit(run: RunRecord, name: str, info: DatasetInfo) -> None:
    known = run.environment.data
    there = _form(info.image_shape, info.class_names)
    wanted = _form(known.image_shape, known.class_names)
    if there != wanted:
        raise BadExperiment(
            f"{name} has images of {there}, but {run.name} was trained on {wanted}. Name a data "
            "set that fits."
        )
    pairs = zip(info.class_names, known.class_names, strict=True)
    differ = [f"{other!r} for {own!r}" for other, own in pairs if other != own]
    if differ:
        more = ", ..." if len(differ) > _NAMED else ""
        warn(
            f"{name} has other class names than {run.name}: {', '.join(differ[:_NAMED])}{more}. "
            "Classes are taken to be the same by their number."
        )


def _form(shape: Sequence[int], class_names: Sequence[str]) -> str:
    return f"{' x '.join(map(str, shape))} in {len(class_names)} classes"
