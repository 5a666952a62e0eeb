"""Optimizers by name: words and specs to components."""

from importlib.metadata import version

import pytest

from zookit.core import BadParameter, BadWords, ComponentSpec, UnknownName, Words, ZookitError
from zookit.modeling.keras_optimizers import SGD, Adam
from zookit.modeling.optimizers import OPTIMIZERS, create_optimizer


def test_from_words_and_back() -> None:
    built = create_optimizer("sgd:0.1,momentum=0.9,nesterov=true")
    spec = built.spec
    assert built.component == SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    assert spec.name == "zookit/sgd"
    assert spec.parameters["learning_rate"] == 0.1
    assert spec.parameters["use_ema"] is False  # defaults are filled in
    assert "use_ema" in spec.defaulted
    assert "momentum" not in spec.defaulted
    for given in (spec, spec.words, Words.parse(spec.words), ComponentSpec("sgd", spec.parameters)):
        assert create_optimizer(given) == built


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_name(name: str) -> None:
    built = create_optimizer(f"zookit/{name}")
    assert type(built.component) is OPTIMIZERS[name]
    assert built.spec.short_name == name
    assert built.owner == f"zookit=={version('zookit')}"
    assert built.component.keras_class.lower() == name


def test_the_learning_rate_beside_the_words() -> None:
    built = create_optimizer("adam:beta_1=0.8", 0.02)
    assert built.component == Adam(learning_rate=0.02, beta_1=0.8)
    assert create_optimizer("adam:0.02,beta_1=0.8") == built


@pytest.mark.parametrize(
    ("words", "learning_rate", "error", "expected"),
    [
        ("adamm", None, UnknownName, 'Write "adam".'),
        ("other/adam", None, UnknownName, "other/adam"),
        ("Adam", None, BadWords, 'Write "adam".'),
        ("adam:epsilom=0.9", None, BadParameter, "Did you mean 'epsilon'"),
        ("adam:momentum=0.9", None, BadParameter, "momentum is a parameter of .*sgd"),
        ("adam:0", None, BadParameter, "greater than 0"),
        ("adam:inf", None, BadParameter, "finite"),
        ("adam", -1.0, BadParameter, "greater than 0"),
        ("adam:0.1", 0.2, BadParameter, "twice"),
        ("adam:0.1,learning_rate=0.2", None, BadParameter, "twice"),
        ("adam:amsgrad=2", None, BadParameter, "true or false"),
        ("muon:ns_steps=1.5", None, BadParameter, "whole number"),
    ],
)
def test_errors(
    words: str, learning_rate: float | None, error: type[ZookitError], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        create_optimizer(words, learning_rate)
