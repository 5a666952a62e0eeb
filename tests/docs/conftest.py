"""What the commands and the code on the pages find: a run, images, and little to train."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest
from browser import browser
from PIL import Image

import zookit

__all__ = ["browser", "finished_run", "one_epoch", "one_step", "photos", "runs"]


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Path:
    """The `runs` folder with one run of MNIST's sample."""
    runs = tmp_path_factory.mktemp("finished") / "runs"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        zookit.run(
            "mnist",
            "dense:8",
            data="sample",
            epochs=1,
            batch_size=256,
            validation=0.1,
            runs_dir=runs,
            quiet=True,
        )
    return runs


@pytest.fixture
def runs(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of that folder in the current one."""
    return Path(shutil.copytree(finished_run, tmp_path / "runs"))


@pytest.fixture
def photos(tmp_path: Path) -> None:
    """Class folders of small images in the current folder, no two of them equal, and a digit."""
    digit = Image.new("L", (28, 28))
    digit.paste(255, (12, 4, 16, 24))
    digit.save(tmp_path / "digit.png")
    for name, darkest in (("cats", 0), ("dogs", 250)):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(6):
            grey = (darkest + number,) * 3
            Image.new("RGB", (70 + number, 64), grey).save(folder / f"{number}.png")


@pytest.fixture
def one_epoch() -> Iterator[None]:
    """Keras's own limit on epochs, so that the words stay as they are."""
    keras.config.set_max_epochs(1)
    yield
    keras.config.set_max_epochs(None)


@pytest.fixture
def one_step(one_epoch: None) -> Iterator[None]:
    """Limit an epoch to one step as well; image folders of a test have no more."""
    keras.config.set_max_steps_per_epoch(1)
    yield
    keras.config.set_max_steps_per_epoch(None)
