"""Evaluation: one pass over a split gives loss, accuracy and predictions."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest
from made_runs import digits

from zookit.core import Architecture, BadRun, DatasetInfo, Split
from zookit.inference import evaluate as module
from zookit.inference.evaluate import (
    evaluate,
    evaluate_run,
    evaluate_split,
    load_predictor_and_data,
)
from zookit.inference.predict import Predictor
from zookit.inference.rebuild import rebuild_model
from zookit.inference.scores import Scores
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.optimizers import build_optimizer
from zookit.plugins import Adam
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import WEIGHTS, read_run

pytestmark = pytest.mark.xdist_group("shared runs")


@dataclass(frozen=True)
class Regularized(Architecture):
    """A dense layer with an L2 regularizer, and one that behaves differently in training."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        dense = layers.Dense(8, "relu", kernel_regularizer=keras.regularizers.L2(0.1))
        return layers.Dropout(0.5)(dense(layers.Flatten()(images)))


def compiled(classes: int) -> "keras.Model":
    info = DatasetInfo((8, 8, 1), tuple("abc"[:classes]))
    keras.utils.set_random_seed(0)
    model = build_model(info, Regularized(), normalize=True)
    compile_model(model, info, build_optimizer(Adam()))
    return model


def split(count: int, classes: int) -> Split:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 8, 8, 1), np.uint8)
    return Split(images, rng.integers(0, classes, count))


@pytest.mark.parametrize("classes", [2, 3])
def test_loss_and_accuracy_are_those_of_keras(classes: int) -> None:
    model = compiled(classes)
    for count in (256, 300, 7):  # a whole batch; a smaller last batch; few images
        data = split(count, classes)
        expected = model.evaluate(data.images, data.labels, verbose=0, return_dict=True)
        metrics, _ = evaluate_split(model, data)
        assert list(metrics) == ["loss", "accuracy"]
        assert metrics == pytest.approx(expected, rel=1e-5, abs=1e-5)
        assert metrics["loss"] > 0.1 + float(sum(model.losses)) > 0.2


@pytest.mark.parametrize("classes", [2, 3])
def test_predictions_are_those_of_the_predictor(classes: int) -> None:
    model, data = compiled(classes), split(300, classes)
    probabilities = Predictor(model)(data.images)
    for found in (evaluate_split(model, data)[1], evaluate(Predictor(model), data)):
        assert np.array_equal(found.labels, data.labels)
        assert np.array_equal(found.predicted, probabilities.argmax(1))
        np.testing.assert_allclose(found.probability, probabilities.max(1), atol=1e-6)
        wrong = np.flatnonzero(found.predicted != data.labels)
        assert len(found.mistakes_at) == 25
        assert set(found.mistakes_at) <= set(wrong)
        order = found.probability[found.mistakes_at]
        assert (np.diff(order) <= 0).all()
        assert order[-1] >= np.sort(found.probability[wrong])[-25]
        assert np.array_equal(found.mistakes, data.images[found.mistakes_at])


def test_a_model_without_mistakes() -> None:
    model, data = compiled(2), split(4, 2)
    data = Split(data.images, Predictor(model)(data.images).argmax(1))
    metrics, found = evaluate_split(model, data)
    assert metrics["accuracy"] == 1
    assert found.mistakes.shape[0] == found.mistakes_at.size == 0


def test_images_of_mistakes_are_small() -> None:
    info = DatasetInfo((300, 200, 3), ("a", "b"))
    model = build_model(info, Regularized(), normalize=True)
    data = Split(np.zeros((2, 300, 200, 3), np.uint8), np.array([0, 1]))
    found = evaluate(Predictor(model), data)
    assert found.mistakes.shape == (1, 100, 100, 3)


def test_weights_that_are_not_finite_give_a_loss_that_is_not() -> None:
    model = compiled(3)
    model.weights[-1].assign(np.full(3, np.nan))
    assert np.isnan(evaluate_split(model, split(5, 3))[0]["loss"])


def test_the_check_is_called_before_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "batch_size", lambda shape: 10)
    calls: list[None] = []
    evaluate_split(compiled(3), split(25, 3), lambda: calls.append(None))
    assert len(calls) == 3

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_split(compiled(3), split(25, 3), interrupt)


def test_a_run_on_its_own_data() -> None:
    run = digits()
    scores = evaluate_run(run)
    recorded = load_evaluation(run)
    assert recorded is not None
    assert scores.data is not None
    assert scores.data.own
    assert np.array_equal(scores.pairs, Scores.of(recorded, scores.class_names).pairs)
    assert scores.accuracy == pytest.approx(run.metrics["accuracy"])
    predictor, data = load_predictor_and_data(run, "fashion_mnist", "sample")
    assert not data.facts.own
    expected = rebuild_model(run).predict(data.split.images[:5], verbose=0)
    np.testing.assert_allclose(predictor(data.split.images[:5]), expected, atol=1e-6)


def test_weights_that_were_lost_are_noticed_before_data_is_read(tmp_path: Path) -> None:
    run = digits()
    folder = Path(shutil.copytree(run.folder, tmp_path / run.name))
    (folder / WEIGHTS).unlink()
    with pytest.raises(BadRun, match=f"{WEIGHTS} is missing"):
        evaluate_run(read_run(folder), f"image_folder:path={tmp_path / 'nothing'}")


def test_an_accuracy_that_is_not_the_recorded_one_gives_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = digits()
    assert run.ending is not None
    evaluate_run(run)
    assert not caplog.messages
    test = {**run.ending.test, "accuracy": run.ending.test["accuracy"] + 0.01}
    evaluate_run(replace(run, ending=replace(run.ending, test=test)))
    (warning,) = caplog.messages
    assert f"{test['accuracy']:.4f}" in warning
