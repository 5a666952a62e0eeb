"""`zookit package`."""

import re
import sys
from pathlib import Path

import pytest
from conftest import Command
from model_site import ModelSite, models
from small_runs import copy_run, small_run
from terminal import written_in_terminal

__all__ = ["models"]

METADATA = ("--name", "my-shades", "--license", "MIT")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy of a finished run, in the folder `runs` of the test's own folder."""
    return copy_run(small_run(), tmp_path)


def test_it_writes_a_wheel_and_says_what_to_do_next(
    zookit: Command, run: Path, tmp_path: Path
) -> None:
    ended = zookit("package", "latest", *METADATA, "--description", "Shades of pictures.")
    assert ended.code == 0
    assert (tmp_path / "my-shades" / "dist" / "my_shades-0.1.0-py3-none-any.whl").is_file()
    assert "zookit predict my_shades" in ended.out
    assert "path is images" in ended.err
    assert "Shades of pictures." in (tmp_path / "my-shades" / "pyproject.toml").read_text()


@pytest.mark.parametrize("missing", ["--name", "--license"])
def test_without_a_terminal_it_asks_nothing(zookit: Command, run: Path, missing: str) -> None:
    at = METADATA.index(missing)
    message = zookit("package", "latest", *METADATA[:at], *METADATA[at + 2 :]).message()
    assert missing in message


def test_the_name_that_it_proposes_is_not_taken(
    zookit: Command, models: ModelSite, run: Path
) -> None:
    models.install(run, "zookit-other", "image_folder_dense")
    found = re.search("--name ([^ ,]+), for example", zookit("package", "latest").message())
    assert found
    assert zookit("package", "latest", "--name", found[1], "--licence", "MIT").code == 0


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--version", "new"), "new"),
        (("--license", "free"), "free"),
        (("--licence", "free"), "free"),
        (("--description", ""), "description"),
        (("--to", "no/such/folder"), "no/such"),
    ],
)
def test_what_is_not_valid_is_an_error_and_nothing_is_written(
    zookit: Command, run: Path, tmp_path: Path, more: tuple[str, str], named: str
) -> None:
    others = METADATA[:2] if "free" in more else METADATA
    assert named in zookit("package", "latest", *others, *more).message()
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_an_unfinished_run_is_refused_before_anything_is_asked(zookit: Command, run: Path) -> None:
    (run / "metrics.json").unlink()
    assert "resume" in zookit("package", "latest").message()


@pytest.mark.slow
def test_at_a_terminal_it_asks_for_what_is_not_given(run: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zookit", "package", "latest"]
    typed = "My Shades\nmy-shades\n\n\nMIT\nShades.\n"
    written = written_in_terminal(command, "stderr", tmp_path, typed)
    assert b"name [my-image-folder-dense]" in written
    assert b"Did you mean 'my-shades'" in written
    assert b"version [0.1.0]" in written
    assert b"license:" in written  # there is no default for it
    project = (tmp_path / "my-shades" / "pyproject.toml").read_text()
    assert 'version = "0.1.0"' in project
    assert 'description = "Shades."' in project
