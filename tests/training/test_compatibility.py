"""Callbacks that do not fit what is frozen, the schedule or the epochs are refused at once."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Command

from zookit.core import (
    Augmentation,
    BadExperiment,
    BadParameter,
    BrokenPlugin,
    Callback,
    ImageShapeRefused,
    Loss,
    Metric,
    Optimizer,
    Unfreezing,
    ZookitError,
)
from zookit.training.resolve import compose

WORDS = "unfreeze:epoch=3,learning_rate=0.001"


@pytest.mark.parametrize(
    ("options", "mentioned"),
    [
        ((WORDS,), ("unfreeze", "--freeze body")),
        ((WORDS, "--freeze", "head"), ("'head'", "body")),
        ((WORDS, "--freeze", "body", "--epochs", "2"), ("unfreeze", "3", "--epochs 3")),
        ((WORDS, "--freeze", "body", "--learning-rate", "cosine:0.1"), ("unfreeze", "cosine")),
        (("unfreeze:epoch=1", "--freeze", "body"), ("epoch", "2")),
        (("swap_ema_weights",), ("adam", "--optimizer adam:use_ema=true")),
        (("--freeze", "body", "--optimizer", "sgd:use_ema=true"), ("sgd", "--freeze body")),
    ],
    ids=[
        "nothing frozen",
        "no part",
        "too late",
        "schedule",
        "first epoch",
        "no averages",
        "averages of frozen layers",
    ],
)
def test_it_is_refused_in_one_line(
    zookit: Command, options: tuple[str, ...], mentioned: tuple[str, ...]
) -> None:
    message = zookit("run", "mnist", "dense", *options).message()
    assert all(each in message for each in mentioned), message


def test_it_is_refused_before_tensorflow_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys, zookit\n"
        "for words in ('unfreeze:3', 'swap_ema_weights', 'model_checkpoint:{epoch:zz}.keras'):\n"
        "    try:\n"
        "        zookit.run('mnist', 'dense', words)\n"
        "    except zookit.ZookitError as error:\n"
        "        print(error)\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    run = [sys.executable, "-c", code]
    ended = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)
    frozen, averaged, named = ended.stdout.splitlines()
    assert "freeze='body'" in frozen
    assert "optimizer='adam:use_ema=true'" in averaged
    assert "{epoch:zz}" in named
    assert not list(tmp_path.iterdir())


@dataclass(frozen=True)
class Paced(Optimizer):
    """Has a default learning rate."""

    learning_rate: float = 0.05

    def build(self, learning_rate: Any) -> Any:
        raise AssertionError


def test_a_default_rate_of_an_optimizer_gives_way_to_the_one_that_is_given() -> None:
    found = compose("mnist", "dense", options={"optimizer": Paced(), "learning_rate": 0.1})
    assert found.optimizer == Paced(0.1)
    found = compose("mnist", "dense", options={"optimizer": Paced(), "learning_rate": "cosine"})
    assert found.schedule is not None
    for rate in (0.1, "cosine"):
        with pytest.raises(ZookitError, match="given twice"):
            compose("mnist", "dense", options={"optimizer": Paced(0.2), "learning_rate": rate})


@dataclass(frozen=True)
class UsesAverages(Callback):
    """Needs averages of the weights."""

    needs_averages = True

    def build(self) -> Any:
        raise AssertionError


@dataclass(frozen=True)
class Averages(Paced):
    """Always averages the weights."""

    averages_weights = True


def test_callbacks_and_optimizers_of_others_declare_whether_they_use_averages() -> None:
    with pytest.raises(BadExperiment, match=r"UsesAverages uses .*:Paced keeps none"):
        compose("mnist", "dense", [UsesAverages()], {"optimizer": Paced()})
    compose("mnist", "dense", [UsesAverages(), "swap_ema_weights"], {"optimizer": Averages()})
    with pytest.raises(BadExperiment, match=":Averages averages the weights"):
        compose("mnist", "dense", options={"optimizer": Averages(), "freeze": "body"})


@dataclass(frozen=True)
class Thaws(Callback):
    """Asks for an epoch in which nothing can be unfrozen."""

    epoch: float

    @property
    def unfreezing(self) -> Unfreezing:
        return Unfreezing(self.epoch)  # type: ignore[arg-type]

    def build(self) -> Any:
        raise AssertionError


@pytest.mark.parametrize("epoch", [0, 1, 2.5])
def test_an_epoch_in_which_nothing_can_be_unfrozen_is_refused(epoch: float) -> None:
    with pytest.raises(BrokenPlugin, match=rf"Thaws.* epoch is {epoch:g}(\.0)?, expected"):
        compose("mnist", "dense", [Thaws(epoch)], {"freeze": "body", "epochs": 5})


@dataclass(frozen=True)
class ManyClasses(Metric):
    """For more than ten classes."""

    def check(self, classes: int) -> None:
        if classes <= 10:
            raise ValueError(f"needs more than 10 classes, got {classes}")

    def build(self, classes: int) -> Any:
        raise AssertionError


@dataclass(frozen=True)
class ManyClassesLoss(Loss):
    """For more than ten classes."""

    def check(self, classes: int) -> None:
        ManyClasses().check(classes)

    def build(self, classes: int) -> Any:
        raise AssertionError


def test_a_loss_or_a_metric_may_refuse_the_number_of_classes() -> None:
    for options in ({"metrics": [ManyClasses()]}, {"loss": ManyClassesLoss()}):
        with pytest.raises(BadParameter, match=r"^ManyClasses\w*: needs more .* got 10 \("):
            compose("mnist", "dense", options=options)


@dataclass(frozen=True)
class Named(Augmentation):
    """Has its name in its message, as plugins may."""

    def check(self, image_shape: tuple[int, int, int]) -> None:
        raise ImageShapeRefused("Named: no such images.")

    def build(self) -> Any:
        raise AssertionError


@pytest.mark.parametrize(
    ("augmentation", "message"),
    [
        ("hue", "hue: it changes colours, but the images have 1 channel, expected 3. Remove it."),
        ("crop:30", "crop: padding is 30, but the images are 28 x 28. Use less padding."),
        (Named(), "Named: no such images."),
    ],
)
def test_an_image_shape_is_refused_with_the_name_of_the_component(
    augmentation: Any, message: str
) -> None:
    with pytest.raises(ImageShapeRefused) as raised:
        compose("mnist", "dense", options={"augment": [augmentation]})
    assert str(raised.value) == message
