"""A composition in words."""

from dataclasses import replace

import pytest
from made_runs import digits, two_classes

from zookit.core import ComponentSpec
from zookit.modeling.description import describe
from zookit.modeling.optimizers import create_optimizer

pytestmark = pytest.mark.xdist_group("shared runs")


def test_every_part_that_is_there() -> None:
    run = digits()
    lines = describe(run.experiment, run.environment, parameters=6370)
    assert lines["data"].startswith("mnist")
    assert "sample: 6,000 train + 1,000 test" in lines["data"]
    assert lines["images"] == "28 x 28 x 1"
    assert lines["classes"] == "10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert lines["body"].startswith("dense:units=8")
    assert lines["head"] == "Dense(10, softmax), sparse_categorical_crossentropy"
    assert lines["optimizer"] == "adam"
    assert lines["parameters"] == "6,370"
    assert "float32, XLA" in lines["runtime"]
    assert " thread" in lines["runtime"]
    assert " per execution" in lines["runtime"]
    assert not {"callbacks", "augmentation", "metrics", "frozen"} & set(lines)
    lines = describe(two_classes().experiment, two_classes().environment)
    assert lines["augmentation"] == "flip"
    assert lines["head"] == "Dense(1, sigmoid), binary_crossentropy"
    assert "parameters" not in lines


def test_the_optimizer_with_what_is_not_default() -> None:
    run = digits()
    _, spec = create_optimizer("sgd:0.1,momentum=0.9")
    experiment = replace(run.experiment, optimizer=spec)
    words = "sgd:momentum=0.9"
    found = describe(experiment, run.environment)["optimizer"]
    assert found == f"{words}, learning rate 0.1"
    found = describe(experiment, run.environment, learning_rate=0.05)["optimizer"]
    assert found == f"{words}, learning rate 0.05"
    scheduled = replace(experiment, schedule=ComponentSpec("zookit/cosine", {"warmup": 2}))
    found = describe(scheduled, run.environment)["optimizer"]
    assert found == f"{words}, learning rate cosine:warmup=2"
