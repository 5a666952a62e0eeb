"""`zookit export`."""

import shutil
from pathlib import Path

import pytest
from conftest import Command
from made_runs import digits

pytestmark = pytest.mark.xdist_group("shared runs")


def test_the_path_is_chosen_or_given(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an environment without the data set, which is not needed."""
    run = digits()
    monkeypatch.setenv("ZOOKIT_DISABLE", "mnist")
    for arguments, path in (
        (("--to", "keras"), f"{run.name}.keras"),
        (("--to", "saved_model", "--output", "model"), "model"),
    ):
        outcome = zookit("export", run.folder, *arguments)
        assert outcome.code == 0, outcome
        assert outcome.out == f"exported to {tmp_path / path}\n"
        assert not outcome.err
        assert (tmp_path / path).exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--to", "onnx", "--output", "mine.keras"), ".onnx"),
        (("--to", "keras", "--output", "taken.keras"), "taken.keras already exists"),
        (("--to", "h5"), "'h5'"),
        ((), "'--to'"),
    ],
)
def test_errors(zookit: Command, arguments: tuple[str, ...], expected: str) -> None:
    Path("taken.keras").write_text("theirs")
    assert expected in zookit("export", digits().folder, *arguments).message()
    assert [each.name for each in Path().iterdir()] == ["taken.keras"]


def test_a_run_that_was_killed(zookit: Command, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(digits().folder, tmp_path / "killed"))
    (folder / "metrics.json").unlink()
    assert "zookit resume " in zookit("export", folder, "--to", "keras").message()
    assert list(tmp_path.iterdir()) == [folder]
