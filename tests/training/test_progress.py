"""What the user sees during training."""

import io
from pathlib import Path

import pytest
from small_runs import DENSE, SMALL, Interrupt

import zookit
from zookit.console import Console
from zookit.core import TrainingFailed
from zookit.training.progress import show_result
from zookit.training.resolve import compose
from zookit.training.session import View, train
from zookit.training.state import format_values


def shown(images: str, runs_dir: Path, *, terminal: bool, **settings: object) -> str:
    """Return what training writes to a console."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=100, color_system=None)
    options = {"epochs": 2, "batch_size": 4, **settings}
    train(compose(images, DENSE, (), options), runs_dir, view=View(console=console))
    return stream.getvalue()


def test_a_summary_a_line_an_epoch_and_the_result_are_shown(images: str, tmp_path: Path) -> None:
    text = shown(images, tmp_path, terminal=False, validation=0.2)
    (run,) = zookit.list_runs(tmp_path)
    lines = text.splitlines()
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line.split()[:2] for line in epochs] == [["epoch", "1/2"], ["epoch", "2/2"]]
    for at, line in enumerate(epochs):
        assert all(f"{name} {values[at]:.4f}" in line for name, values in run.history.items())
    assert lines[-2] == f"test  {format_values(run.metrics)}"
    assert lines[-1] == f"saved in {run.folder}"
    assert "\x1b" not in text
    assert "bright" in text


def test_a_summary_in_a_narrow_terminal_is_broken_after_commas(images: str, tmp_path: Path) -> None:
    stream = io.StringIO()
    composition = compose(
        images, "dense:4+4,activation=tanh,dropout=0.1", (), {"epochs": 1, "batch_size": 4}
    )
    train(composition, tmp_path, view=View(console=Console(file=stream, width=40)))
    assert "activation=tanh,dropout=0.1" in stream.getvalue().split()


def test_a_terminal_is_controlled_and_keeps_the_lines(images: str, tmp_path: Path) -> None:
    text = shown(images, tmp_path, terminal=True)
    assert "\x1b" in text
    assert text.splitlines()[-1].startswith("saved in ")


def test_nothing_is_shown_if_quiet(
    images: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    zookit.run(images, DENSE, runs_dir=tmp_path, epochs=1, **SMALL)
    assert capfd.readouterr() == ("", "")


def test_the_folder_of_a_failed_run_is_shown(images: str, tmp_path: Path) -> None:
    stream = io.StringIO()
    composition = compose(images, DENSE, (), {"learning_rate": 1e30, "batch_size": 4})
    with pytest.raises(TrainingFailed):
        train(composition, tmp_path, view=View(console=Console(file=stream, width=100)))
    (run,) = zookit.list_runs(tmp_path)
    assert stream.getvalue().splitlines()[-1] == f"saved in {run.folder}"


def test_the_result_of_an_interrupted_run_has_its_epochs(images: str, tmp_path: Path) -> None:
    run = zookit.run(images, DENSE, listeners=Interrupt(14), runs_dir=tmp_path, **SMALL)
    stream = io.StringIO()
    show_result(Console(file=stream), run)
    first, second = stream.getvalue().splitlines()
    assert "1 whole epoch" in first
    assert str(run.folder) in second.replace("\n", "")
