"""Looking: `zookit list`, `show` and `data`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command
from PIL import Image
from terminal import written_in_terminal

import zookit as package
from zookit.data.prepared import prepare
from zookit.plugins.datasets.mnist import Mnist


def test_list_names_everything_with_its_owner(zookit: Command) -> None:
    lines = zookit("list").out.splitlines()
    owner = f"zookit=={package.__version__}"
    for name in ("fashion_mnist", "image_folder", "cnn", "stop_at_loss"):
        assert any(line.split() == [name, owner] for line in lines)


def test_list_of_one_kind(zookit: Command) -> None:
    out = zookit("list", "architectures").out
    assert "dense" in out
    assert "mnist" not in out


def test_list_as_json(zookit: Command) -> None:
    listed = json.loads(zookit("list", "--json").out)
    assert set(listed) == {"datasets", "architectures", "callbacks", "listeners", "commands"}
    dense = next(each for each in listed["architectures"] if each["name"] == "dense")
    assert dense == {
        "name": "dense",
        "full_name": "zookit/dense",
        "owner": f"zookit=={package.__version__}",
        "defined_in": "zookit.plugins.architectures.dense:Dense",
        "ambiguous": False,
        "blocked": False,
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dense", ["units", "128", "whole number, several joined by +", "Units of each layer."]),
        ("stop_at_loss", ["threshold", "0.4", "callback of zookit=="]),
        ("image_folder", ["(must be given)", "path"]),
        (
            "horse_or_human",
            ["300 x 300 x 3, uint8", "2: horses, humans", "1,027 train, 256 test", "CC BY 2.0"],
        ),
        ("zookit/mnist", ["mnist: data set of zookit=="]),
    ],
)
def test_show_tells_what_a_component_is(zookit: Command, name: str, shown: list[str]) -> None:
    outcome = zookit("show", name)
    assert outcome.code == 0, outcome
    for each in shown:
        assert each in outcome.out


def test_show_layers_on_a_data_set(zookit: Command) -> None:
    out = zookit("show", "cnn", "--on", "horse_or_human").out
    assert "(None, 300, 300, 3)" in out
    assert "499,105" in out
    assert "16 + 32" not in out


def test_values_are_the_images_numbers(zookit: Command) -> None:
    out = zookit("show", "mnist", "--image", "1", "--values", "--data", "sample").out
    train = prepare(Mnist(), "sample", "mnist", "").splits.train
    caption, *rows = out.rstrip().splitlines()
    assert caption == f"image 1: {train.labels[1]} (label {train.labels[1]})"
    assert [[int(value) for value in row.split()] for row in rows] == (
        train.images[1, :, :, 0].tolist()
    )


def test_image_without_colour_is_drawn_in_characters(zookit: Command) -> None:
    out = zookit("show", "mnist", "--image", "1", "--data", "sample").out
    _, *rows = out.splitlines()
    assert len(rows) == 14
    assert any("@" in row for row in rows)


def test_image_in_a_terminal_is_drawn_in_colour(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zookit", "show", "horse_or_human", "--image", "0"]
    colours = {"COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "40"}
    drawn = written_in_terminal([*command, "--data", "sample"], "stdout", tmp_path, **colours)
    assert b"image 0: horses (label 0)" in drawn
    assert "▀".encode() in drawn
    assert b"\x1b[38;2;" in drawn


def test_contact_sheet_has_a_row_for_each_class(zookit: Command, tmp_path: Path) -> None:
    outcome = zookit("show", "fashion_mnist", "--sheet", "sheet.png", "--data", "sample")
    assert outcome.code == 0, outcome
    with Image.open(tmp_path / "sheet.png") as sheet:
        width, height = sheet.size
        assert sheet.format == "PNG"
        # Ten pictures in a row, none of them blank.
        for row in range(10):
            for column in range(10):
                cell = sheet.crop(
                    (
                        column * width // 10 + 4,
                        row * height // 10 + 20,
                        (column + 1) * width // 10 - 4,
                        (row + 1) * height // 10 - 4,
                    )
                )
                assert len(set(cell.convert("L").tobytes())) > 2
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_data_lists_and_clears_what_is_kept(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    assert "nothing is kept" in zookit("data", "list").out
    for name in ("mnist", "fashion_mnist"):
        zookit("show", name, "--image", "0", "--data", "sample")
    listed = zookit("data", "list").out
    assert "mnist (sample)" in listed
    assert "fashion_mnist (sample)" in listed
    assert zookit("data", "clear", "mnist").code == 0
    listed = zookit("data", "list").out
    assert "fashion_mnist (sample)" in listed
    assert not any(line.startswith("mnist (sample)") for line in listed.splitlines())
    assert zookit("data", "clear").code == 0
    assert "nothing is kept" in zookit("data", "list").out


def test_data_fetch_prepares_the_full_set(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a named folder, here one that holds the sample's files and so is `local`."""
    (tmp_path / "data").mkdir()
    assert Mnist.sample is not None
    (tmp_path / "data" / "mnist").symlink_to(Mnist.sample)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    outcome = zookit("data", "fetch", "mnist")
    assert outcome.out.split() == ["mnist", "local", "6,000", "train,", "1,000", "test"]


def test_version(zookit: Command) -> None:
    assert zookit("--version").out == f"zookit {package.__version__}\n"


@pytest.mark.parametrize("command", [(), ("data",)], ids=str)
def test_bare_command_shows_its_help(zookit: Command, command: tuple[str, ...]) -> None:
    outcome = zookit(*command)
    assert outcome.code == 0
    assert "Commands:" in outcome.out.splitlines()
    assert not outcome.err


def test_output_that_nobody_reads_is_no_defect(tmp_path: Path) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m zookit list | true",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not ended.stderr
