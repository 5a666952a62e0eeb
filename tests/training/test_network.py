"""A compiled model with everything that trains it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import Command
from small_runs import DENSE, SMALL

import zookit
from zookit.core import BrokenPlugin, Callback
from zookit.training.network import build_callbacks


@dataclass(frozen=True)
class Wrong(Callback):
    """Builds something else than a Keras callback."""

    def build(self) -> Any:
        return print


def test_a_callback_that_builds_something_else_is_broken() -> None:
    with pytest.raises(BrokenPlugin, match=r"Wrong\.build.*print.*keras\.callbacks\.Callback"):
        build_callbacks([Wrong()], keras.Model())
    (built,) = build_callbacks([zookit.plugins.StopAtLoss(0.1)], keras.Model())
    assert isinstance(built, keras.callbacks.Callback)


def has_bfloat16() -> bool:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and "bf16" in cpuinfo.read_text()


@pytest.mark.parametrize("architecture", ["dense:8,dropout=0.1", "cnn:filters=4,units=4"])
def test_what_is_automatic_is_resolved_recorded_and_repeated(
    zookit: Command, images: str, architecture: str
) -> None:
    options = ("--epochs", "1", "--batch-size", "4", "--json", "-q")
    first = json.loads(zookit("run", images, architecture, "--precision", "auto", *options).out)
    settings, runtime = first["experiment"]["settings"], first["environment"]["runtime"]
    faster = architecture.startswith("cnn") and has_bfloat16()
    precision = "mixed_bfloat16" if faster else "float32"
    assert settings["precision"] == runtime["precision"] == precision
    assert settings["threads"] == runtime["intra_op_threads"] > 0
    assert settings["data"] == "full"
    assert runtime["steps_per_execution"] == 2
    file = Path(first["folder"]) / "experiment.toml"
    again = json.loads(zookit("run", "--from", file, "--json", "-q").out)
    assert again["history"] == first["history"]
    assert again["environment"]["identity"] == first["environment"]["identity"]


def test_the_seed_decides_the_bits(images: str, tmp_path: Path) -> None:
    def weights(seed: int) -> list[np.ndarray[Any, Any]]:
        run = zookit.run(images, DENSE, runs_dir=tmp_path, epochs=1, seed=seed, **SMALL)
        return run.model().get_weights()  # type: ignore[no-any-return]

    first, same, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_pixels_may_be_left_unscaled(images: str, tmp_path: Path) -> None:
    run = zookit.run(images, DENSE, runs_dir=tmp_path, epochs=1, normalize=False, **SMALL)
    assert not run.experiment.settings.normalize
    assert "Rescaling" not in {type(each).__name__ for each in run.model().layers}
