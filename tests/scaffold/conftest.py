"""A model package that several tests read."""

from pathlib import Path

import pytest
from small_run_fixtures import finished, images, run
from small_runs import small_run

import zookit
from zookit.scaffold.model_package import ModelPackage, write
from zookit.scaffold.package_metadata import PackageMetadata

__all__ = ["finished", "images", "run"]


@pytest.fixture(scope="session")
def metadata() -> PackageMetadata:
    return PackageMetadata(
        "my-shades", "1.2", "cc-by-4.0", "Tells bright, dark and grey pictures apart."
    )


@pytest.fixture(scope="session")
def packaged(metadata: PackageMetadata, tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    """The package of the run of two epochs, which no test changes."""
    folder = tmp_path_factory.mktemp("packaged") / "project"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(folder.parent / "cache"))
        return write(zookit.open_run(small_run()), metadata, folder)


@pytest.fixture(scope="session")
def card(packaged: ModelPackage) -> str:
    (found,) = packaged.folder.glob("*/card.md")
    return Path(found).read_text(encoding="utf-8")
