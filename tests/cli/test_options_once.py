"""An option with one value can be given once."""

import pytest
from conftest import Command


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("run mnist dense --loss focal --loss squared", "--loss"),
        ("run mnist dense --optimizer sgd --optimizer adam", "--optimizer"),
        ("run mnist dense --seed 1 --epochs 2 --seed=2", "--seed"),
        ("run mnist dense --runs-dir a --runs-dir a", "--runs-dir"),
        ("export latest --to litert --to keras", "--to"),
    ],
)
def test_a_second_value_is_refused(zookit: Command, words: str, option: str) -> None:
    assert zookit(*words.split()).message() == f"zookit: {option} is given twice. Pass it once."


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("run", "mnist", "dense", "--runs-dir", ""), "--runs-dir"),
        (("run", "--from="), "--from"),
        (("runs", "--runs-dir="), "--runs-dir"),
        (("sweep", "-d", "mnist", "-a", "dense", "--runs-dir", "", "--dry-run"), "--runs-dir"),
        (("sweep", "--attach", ""), "--attach"),
        (("report", "latest", "--output", ""), "--output"),
    ],
)
def test_an_empty_path_is_refused(zookit: Command, words: tuple[str, ...], option: str) -> None:
    message = zookit(*words).message()
    assert f"{option} is empty" in message
    assert "Run:" not in message


def test_other_options_and_flags_can_be_repeated(zookit: Command) -> None:
    repeated = "run mnist dense:0 --quiet --quiet --augment flip --augment zoom"
    assert "dense: units" in zookit(*repeated.split()).message()
