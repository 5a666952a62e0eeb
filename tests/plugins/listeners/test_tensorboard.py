"""The event files that `tensorboard` writes, as TensorBoard reads them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from listened_runs import end_early, train
from made_by_hand import Mean
from made_data import put_pictures
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.graph import keras_util
from tensorboard.util import tensor_util

import zookit as package


class Events:
    """The event files in a folder."""

    def __init__(self, folder: Path) -> None:
        # 0 keeps every tensor instead of a selection.
        self._read = EventAccumulator(str(folder), size_guidance={"tensors": 0})
        self._read.Reload()

    @property
    def tags(self) -> list[str]:
        return list(self._read.Tags()["tensors"])

    def values(self, tag: str) -> dict[int, Any]:
        """The values of a tag by step."""
        return {
            event.step: tensor_util.make_ndarray(event.tensor_proto)
            for event in self._read.Tensors(tag)
        }


def test_metrics_learning_rate_graph_summary_and_histograms_are_written() -> None:
    run = train("tensorboard:histograms=2", epochs=3)
    folder = run.folder / "tensorboard"
    assert sorted(each.name for each in folder.iterdir()) == ["test", "train", "validation"]
    train_events, validation = Events(folder / "train"), Events(folder / "validation")
    for name in ("loss", "accuracy"):
        for events, values in (
            (train_events, run.history[name]),
            (validation, run.history[f"val_{name}"]),
        ):
            assert events.values(f"epoch_{name}") == pytest.approx(dict(enumerate(values)))
        # At the last epoch, where the curves end.
        test = Events(folder / "test").values(f"epoch_{name}")
        assert test == pytest.approx({2: run.metrics[name]})
    rates = train_events.values("epoch_learning_rate")
    assert rates == pytest.approx(dict.fromkeys(range(3), 0.001))
    assert "dense:units=4" in train_events.values("summary")[0].item().decode()
    graph = keras_util.keras_model_to_graph_def(json.loads(train_events.values("keras")[0].item()))
    assert any(node.name.endswith("/head") for node in graph.node)
    histograms = [tag for tag in train_events.tags if tag.endswith("/histogram")]
    assert len(histograms) == 4  # kernels and biases of two layers
    assert all(list(train_events.values(tag)) == [0, 2] for tag in histograms)


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_run_that_ends_early_has_its_complete_epochs(interrupted: bool) -> None:
    folder = end_early("tensorboard", interrupted=interrupted) / "tensorboard"
    assert list(Events(folder / "train").values("epoch_loss")) == [0]
    assert list(Events(folder / "validation").values("epoch_loss")) == [0]
    assert not (folder / "test").exists()


def test_a_bar_in_a_value_does_not_split_the_table() -> None:
    put_pictures(Path("this|that"), cats=6, dogs=6)
    run = package.run(
        "image_folder:path=this|that,size=8", Mean(), listeners="tensorboard", epochs=1
    )
    text = Events(run.folder / "tensorboard" / "train").values("summary")[0].item()
    (line,) = [line for line in text.decode().splitlines() if "image_folder" in line]
    assert "this&#124;that" in line
    assert line.count("|") == 3


def test_without_tensorboard_the_command_to_install_it_is_named(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    message = zookit("run", "mnist", "dense", "--with", "tensorboard").message()
    assert "pip install 'zookit[tensorboard]'" in message
    assert not Path("runs").exists()
