"""A model that was packaged on one machine, used on another: without the data, by another user."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fresh_environment import FreshEnvironment
from made_data import put_pictures
from made_runs import digits
from made_wheel import build_wheel
from PIL import Image

import zookit
from zookit.scaffold.model_package import ModelPackage, write
from zookit.scaffold.package_metadata import PackageMetadata

# They share an environment.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model packages")]

METADATA = PackageMetadata("my-digits", "0.1.0", "MIT", "Digits, for a test.")
EXPORT = """
import zookit
model = zookit.open_model("my_digits")
for exporter in ("keras", "saved_model", "onnx", "litert"):
    print(model.export(exporter).name)
"""


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    folder = tmp_path_factory.mktemp("author") / "my-digits"
    return write(zookit.open_run(digits().folder), METADATA, folder)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FreshEnvironment:
    """An environment with zookit's wheel, which finds the other packages in this one."""
    folder = tmp_path_factory.mktemp("reader")
    env = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", env], check=True)
    (site,) = env.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    home = folder / "home"
    home.mkdir()
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(("ZOOKIT_", "PYTHON"))}
    path = os.pathsep.join([str(env / "bin"), os.environ["PATH"]])
    own = {"PATH": path, "HOME": str(home), "COLUMNS": "120"}
    made = FreshEnvironment(folder, {**theirs, **own})
    # --ignore-installed: the other environment may have a zookit of the same version.
    install = "python -m pip install --quiet --no-index --no-deps --ignore-installed"
    made.run(f"{install} '{build_wheel(folder)}'", folder)
    return made


@pytest.fixture(scope="module")
def installed(reader: FreshEnvironment, packaged: ModelPackage) -> Iterator[FreshEnvironment]:
    # Without --no-deps, pip checks that what the wheel requires is there.
    reader.run(f"python -m pip install --quiet --no-index '{packaged.wheel}'", reader.folder)
    yield reader
    reader.run("python -m pip uninstall --quiet --yes my-digits", reader.folder)
    message = reader.message("zookit predict my_digits photo.png", reader.folder)
    assert "my_digits" in message


def test_it_is_listed_and_shown(installed: FreshEnvironment, tmp_path: Path) -> None:
    listing = installed.run("zookit list models", tmp_path).out
    (line,) = (each for each in listing.splitlines() if "my_digits" in each)
    assert "my-digits" in line
    shown = installed.run("zookit show my_digits", tmp_path).out
    assert "Digits, for a test." in shown
    assert "test images" in shown


def test_it_predicts_the_image_of_another_user(installed: FreshEnvironment, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((50, 40), np.uint8)).save(tmp_path / "photo.png")
    assert "photo.png" in installed.run("zookit predict my_digits photo.png", tmp_path).out


def test_it_has_its_accuracy_on_the_sample(installed: FreshEnvironment, tmp_path: Path) -> None:
    ended = installed.run("zookit evaluate my_digits", tmp_path)
    assert f"{digits().metrics['accuracy']:.4f}" in ended.out
    assert "not the data" not in ended.err


def test_it_exports_to_all_formats(installed: FreshEnvironment, tmp_path: Path) -> None:
    (tmp_path / "export.py").write_text(EXPORT)
    names = installed.run("python export.py", tmp_path).out.split()
    assert len(names) == 4
    assert all((tmp_path / name).exists() for name in names)


def test_it_is_checked(installed: FreshEnvironment, tmp_path: Path) -> None:
    assert " 0 skipped, 0 failed" in installed.run("zookit check my_digits", tmp_path).out


def test_it_is_fine_tuned_on_the_images_of_another_user(
    installed: FreshEnvironment, tmp_path: Path
) -> None:
    put_pictures(tmp_path / "photos", cats=12, dogs=12)
    words = "image_folder:path=photos,size=28,grey=true dense:8"
    command = f"zookit run {words} --init my_digits --freeze body --epochs 1"
    ended = installed.run(command, tmp_path)
    assert "my_digits" in ended.out + ended.err
    (run,) = (tmp_path / "runs").glob("*/metrics.json")
    shown = installed.run(f"zookit package {run.parent} --name my-pets --license MIT", tmp_path)
    assert "my_pets-0.1.0-py3-none-any.whl" in shown.out


def test_the_project_builds_to_the_same_wheel_and_a_source_distribution(
    packaged: ModelPackage, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, packaged.folder],
        check=True,
        capture_output=True,
    )
    built = tmp_path / packaged.wheel.name
    assert built.read_bytes() == packaged.wheel.read_bytes()
    assert (tmp_path / "my_digits-0.1.0.tar.gz").is_file()
