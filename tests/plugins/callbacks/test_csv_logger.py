"""`csv_logger` writes what Keras's CSVLogger writes, and a resumed run continues the file."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
from callback_training import begun, built, logs_of, run_epochs, trained

from zookit.core import FolderError


def rows(path: Path, separator: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def test_a_run_writes_its_history(tmp_path: Path) -> None:
    path = tmp_path / "made" / "log.csv"
    run = trained(f"csv_logger:{path},separator=;", runs_dir=tmp_path, epochs=2)
    logged = [float(row["val_loss"]) for row in rows(path, ";")]
    assert logged == pytest.approx(run.history["val_loss"])


def test_the_file_is_that_of_keras(tmp_path: Path) -> None:
    path, expected = tmp_path / "ours.csv", tmp_path / "keras.csv"
    values = [0.5, 0.4, 0.3]
    run_epochs(keras.callbacks.CSVLogger(expected, ";"), values).end()
    once = expected.read_bytes()
    twice = once + once.partition(b"\n")[2]
    for append, content in (("false", once), ("false", once), ("true", twice)):
        run_epochs(built(f"csv_logger:{path},separator=;,append={append}"), values).end()
        assert path.read_bytes() == content


def test_a_resumed_run_has_each_epoch_once(tmp_path: Path) -> None:
    path, values = tmp_path / "log.csv", [0.5, 0.4, 0.3, 0.2]
    first, second = built(f"csv_logger:{path}"), built(f"csv_logger:{path}")
    harness = begun(first)
    harness.train(logs_of(values), until=2)
    state = first.get_state()
    harness.train(logs_of(values), until=3)  # and then it is killed
    begun(second, 2, state).train(logs_of(values))
    assert [row["epoch"] for row in rows(path)] == ["0", "1", "2", "3"]
    assert [float(row["val_loss"]) for row in rows(path)] == values


def test_a_run_that_was_killed_before_its_first_row_starts_again(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    begun(built(f"csv_logger:{path}"))  # and then it is killed
    run_epochs(built(f"csv_logger:{path}"), [0.5, 0.4])
    assert [row["epoch"] for row in rows(path)] == ["0", "1"]


@pytest.mark.parametrize("place", ["file/x.csv", "folder", "/proc/x.csv"])
def test_a_path_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FolderError, match=f"csv_logger: .*{place}"):
        begun(built(f"csv_logger:{tmp_path / place}"))


def test_a_folder_that_vanishes_during_training_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.csv"
    harness = run_epochs(built(f"csv_logger:{path}"), [0.5])
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(FolderError, match=r"csv_logger: .*log\.csv"):
        harness.train(logs_of([0.5, 0.4]))


@pytest.mark.parametrize("append", ["false", "true"])
def test_a_fifo_is_refused_at_once(tmp_path: Path, append: str) -> None:
    os.mkfifo(tmp_path / "log.csv")
    with pytest.raises(FolderError, match=r"csv_logger: .*log\.csv"):
        begun(built(f"csv_logger:{tmp_path / 'log.csv'},append={append}"))


def test_the_end_of_a_broken_link_is_not_created(tmp_path: Path) -> None:
    (tmp_path / "log.csv").symlink_to("elsewhere")
    with pytest.raises(FolderError, match=r"csv_logger: .*log\.csv"):
        run_epochs(built(f"csv_logger:{tmp_path / 'log.csv'}"), [0.5])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_resumed_run_does_not_cut_a_file_with_another_name(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("of somebody else")
    link(precious, tmp_path / "log.csv")
    with pytest.raises(FolderError, match=r"csv_logger: .*log\.csv"):
        begun(built(f"csv_logger:{tmp_path / 'log.csv'}"), 1, {"size": 0}).train(logs_of([1, 0.5]))
    assert precious.read_text() == "of somebody else"
