"""An experiment in words."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_runs import digits, two_classes

from zookit.core import ComponentSpec
from zookit.modeling.description import describe
from zookit.runs.run import RunRecord


def test_each_part_is_a_line() -> None:
    run = digits()
    lines = describe(run.experiment, run.environment, learning_rate=0.001)
    assert lines["data"] == "mnist, sample: 6,000 train + 1,000 test"
    assert lines["images"] == "28 x 28 x 1"
    assert lines["classes"].startswith("10: 0, 1, 2")
    assert lines["body"] == "dense:units=8"
    assert lines["head"] == "Dense(10, softmax), sparse_categorical_crossentropy"
    assert lines["optimizer"] == "adam, learning rate 0.001"
    assert run.environment.parameters is not None
    assert lines["parameters"] == f"{run.environment.parameters.all:,}"
    assert lines["runtime"].startswith("float32")
    assert not {"callbacks", "augmentation", "metrics", "frozen"} & lines.keys()


def test_what_a_run_does_not_record_is_left_out() -> None:
    run = two_classes()
    lines = describe(run.experiment, replace(run.environment, parameters=None))
    assert lines["head"] == "Dense(1, sigmoid), binary_crossentropy"
    assert lines["augmentation"] == "flip"
    assert "parameters" not in lines


@pytest.mark.parametrize("run", [digits, two_classes])
def test_the_loss_of_mixed_labels_is_the_one_that_is_trained_with(
    run: Callable[[], RunRecord],
) -> None:
    experiment, environment = run().experiment, run().environment
    first, *others = environment.components
    mixing = replace(environment, components=(replace(first, mixes_labels=True), *others))
    assert describe(experiment, mixing)["head"].endswith("), crossentropy")
    focal = replace(experiment, loss=ComponentSpec("zookit/focal", {"gamma": 1.0}))
    assert describe(focal, mixing)["head"].endswith("), focal:gamma=1.0")


def test_parameters_of_the_optimizer_that_differ_from_their_default() -> None:
    run = digits()
    optimizer = ComponentSpec(
        "zookit/sgd", {"learning_rate": 0.1, "momentum": 0.9}, frozenset({"learning_rate"})
    )
    experiment = replace(run.experiment, optimizer=optimizer)
    lines = describe(experiment, run.environment)
    assert lines["optimizer"] == "sgd:momentum=0.9, learning rate 0.1"
    cosine = replace(experiment, schedule=ComponentSpec("zookit/cosine"))
    assert "learning rate cosine" in describe(cosine, run.environment)["optimizer"]


def test_only_the_first_classes_are_named() -> None:
    run = digits()
    data = replace(run.environment.data, class_names=tuple(f"class {at}" for at in range(1000)))
    lines = describe(run.experiment, replace(run.environment, data=data))
    assert lines["classes"].startswith("1,000: class 0, ")
    assert lines["classes"].endswith("class 9, ...")


def test_components_of_kinds_that_only_other_packages_know() -> None:
    run = digits()
    knob = ComponentSpec("a/knob", {"n": 1})
    experiment = replace(run.experiment, others={"widgets": (knob, knob), "sampler": knob})
    lines = describe(experiment, run.environment)
    assert (lines["widgets"], lines["sampler"]) == ("knob:n=1 knob:n=1", "knob:n=1")
