"""What `write` puts into a model package. tests/slow/test_model_packages.py installs one."""

import email
import hashlib
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import zookit
from zookit.core import BadRun, FolderError
from zookit.runs.run import read_run
from zookit.scaffold.model_package import ModelPackage, check_size, requirements_of, write
from zookit.scaffold.package_metadata import PackageMetadata

DATA = {
    "card.md",
    "environment.json",
    "evaluation.safetensors",
    "experiment.toml",
    "history.csv",
    "metrics.json",
    "probe.safetensors",
    "times.csv",
    "weights.safetensors",
}


def test_the_wheel_has_the_models_folder_and_metadata_only(packaged: ModelPackage) -> None:
    with zipfile.ZipFile(packaged.wheel) as wheel:
        held = {Path(name) for name in wheel.namelist()}
    folder = {path.name for path in held if path.parts[0] == "my_shades"}
    assert {name for name in folder if not name.endswith(".svg")} == DATA
    assert {"loss.svg", "accuracy.svg", "confusion.svg"} <= folder
    metadata = {path.name for path in held if path.parts[0] != "my_shades"}
    assert metadata == {"METADATA", "RECORD", "WHEEL", "entry_points.txt"}


def test_the_wheel_has_the_metadata_of_the_package(packaged: ModelPackage, card: str) -> None:
    with zipfile.ZipFile(packaged.wheel) as wheel:
        info = "my_shades-1.2.dist-info"
        metadata = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
        points = wheel.read(f"{info}/entry_points.txt").decode()
    assert metadata["Name"] == "my-shades"
    assert metadata["Version"] == "1.2"
    assert metadata["License-Expression"] == "CC-BY-4.0"
    assert metadata["Summary"].startswith("Tells bright")
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    description = metadata.get_payload(decode=True)
    assert isinstance(description, bytes)
    assert description.decode().strip() == card.strip()
    assert metadata.get_all("Requires-Dist") == [f"zookit>={zookit.__version__}"]
    assert points.split() == ["[zookit.models]", "my_shades", "=", "my_shades"]


def test_the_folder_is_a_run_that_names_no_other_place(
    packaged: ModelPackage, finished: Path
) -> None:
    record = read_run(packaged.folder / "my_shades")
    assert record.status == "finished"
    assert not record.contradiction
    original = read_run(finished)
    assert record.metrics == original.metrics
    for path in (packaged.folder / "my_shades").iterdir():
        assert str(finished.parent.parent).encode() not in path.read_bytes()


def test_equal_runs_give_equal_bytes(
    packaged: ModelPackage, finished: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    again = write(zookit.open_run(finished), metadata, tmp_path / "elsewhere")
    assert _digest(again.wheel) == _digest(packaged.wheel)


def test_the_project_can_be_built_again_to_the_same_wheel(packaged: ModelPackage) -> None:
    project = tomllib.loads((packaged.folder / "pyproject.toml").read_text())
    assert project["build-system"]["build-backend"] == "hatchling.build"
    assert project["project"]["readme"] == "my_shades/card.md"
    assert "dist/" in (packaged.folder / ".gitignore").read_text()


def test_a_package_is_replaced_unless_somebody_changed_it(
    finished: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    run, folder = zookit.open_run(finished), tmp_path / "project"
    write(run, metadata, folder)
    write(run, replace(metadata, version="1.3"), folder)
    (made,) = (folder / "dist").iterdir()
    assert "1.3" in made.name
    card = folder / metadata.model / "card.md"
    card.write_text("mine")
    with pytest.raises(FolderError, match=r"changed since.*force=True"):
        write(run, metadata, folder)
    assert card.read_text() == "mine"
    write(run, metadata, folder, force=True)
    assert card.read_text() != "mine"


def test_files_that_zookit_did_not_write_are_never_removed(
    finished: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    run, folder = zookit.open_run(finished), tmp_path / "project"
    write(run, metadata, folder)
    (folder / ".git").mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(FolderError, match=r"did not write: \.git, notes\.txt\. Move them away"):
        write(run, metadata, folder, force=True)
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_folder_of_somebody_else_is_never_replaced(
    finished: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(FolderError, match="did not write"):
        write(zookit.open_run(finished), metadata, tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


def test_the_packages_of_all_components_are_required(finished: Path) -> None:
    run = zookit.open_run(finished)
    first, *others = run.environment.components
    other = replace(first, owner="Zookit_Digits==2.0.1+local")
    environment = replace(run.environment, components=(other, *others))
    needed = requirements_of(replace(run, environment=environment))
    assert needed == ("zookit-digits>=2.0.1", f"zookit>={zookit.__version__}")


def test_a_run_that_is_damaged_leaves_nothing(
    run: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    (run / "weights.safetensors").write_bytes(b"damaged")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadRun, match="weights"):
        write(zookit.open_run(run), metadata, tmp_path / "project")
    assert sorted(tmp_path.iterdir()) == before


def test_an_error_in_python_names_the_argument(
    finished: Path, metadata: PackageMetadata, tmp_path: Path
) -> None:
    with pytest.raises(FolderError, match="with to="):
        write(zookit.open_run(finished), metadata, tmp_path / "no" / "folder")


def test_a_model_that_is_too_large_for_a_wheel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match=rf"{tmp_path.name} have 2,000,000,001 bytes"):
        check_size(_with_weights_of(tmp_path, 2_000_000_001))


@pytest.mark.parametrize(("size", "is_reported"), [(100_000_000, False), (100_000_001, True)])
def test_a_model_that_pypi_refuses_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int, is_reported: bool
) -> None:
    check_size(_with_weights_of(tmp_path, size))
    assert ("PyPI" in caplog.text) == is_reported


def _with_weights_of(folder: Path, size: int) -> Path:
    """Put a file of this size into a folder; it takes no space on the disk."""
    with (folder / "weights.safetensors").open("wb") as file:
        file.truncate(size)
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
