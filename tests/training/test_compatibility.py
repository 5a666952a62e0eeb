"""Callbacks that do not fit what is frozen, the schedule or the epochs are refused at once."""

import subprocess
import sys

import pytest
from conftest import Command

WORDS = "unfreeze:epoch=3,learning_rate=0.001"


@pytest.mark.parametrize(
    ("options", "mentioned"),
    [
        ((WORDS,), ("unfreeze", "--freeze body")),
        ((WORDS, "--freeze", "head"), ("'head'", "body")),
        ((WORDS, "--freeze", "body", "--epochs", "2"), ("unfreeze", "3", "--epochs 3")),
        ((WORDS, "--freeze", "body", "--learning-rate", "cosine:0.1"), ("unfreeze", "cosine")),
        (("unfreeze:epoch=1", "--freeze", "body"), ("epoch", "2")),
    ],
    ids=["nothing frozen", "no part", "too late", "schedule", "first epoch"],
)
def test_it_is_refused_in_one_line(
    zookit: Command, options: tuple[str, ...], mentioned: tuple[str, ...]
) -> None:
    message = zookit("run", "mnist", "dense", *options).message()
    assert all(each in message for each in mentioned), message


def test_it_is_refused_before_tensorflow_is_imported() -> None:
    code = (
        "import sys, zookit\n"
        "try:\n"
        "    zookit.run('mnist', 'dense', 'unfreeze:3')\n"
        "except zookit.ZookitError as error:\n"
        "    print(error)\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "freeze='body'" in ended.stdout
