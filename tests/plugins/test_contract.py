"""Every built-in component keeps the contract of its kind."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
from made_data import put_pictures
from published import PUBLISHED, put

from zookit.registry import datasets
from zookit.testing import contract_tests

FOLDER = Path(tempfile.mkdtemp(prefix="zookit-contract-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

test_contract = contract_tests(
    "zookit",
    # Components with required parameters.
    f"image_folder:path={put_pictures(FOLDER / 'photos', cats=6, dogs=6)},size=8",
    f"csv_logger:{FOLDER}/log.csv",
    f"model_checkpoint:{FOLDER}/{{epoch}}.weights.h5",
    "unfreeze:epoch=2",
    "steps:0.01,at=0.5",
    "top_k:1",
)


@pytest.fixture(autouse=True)
def mlflow_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store for `mlflow`, which would create one in each run's folder."""
    if "mlflow" in request.node.name:
        store = shutil.copy(request.getfixturevalue("mlflow_tables"), FOLDER)
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}")


@pytest.fixture(autouse=True)
def slurm_cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster for the trainings of `slurm`, which need one."""
    if "launchers/slurm" in request.node.name and request.node.get_closest_marker("cluster"):
        processes = request.getfixturevalue("slurm_processes")
        for name, value in processes.environment.items():
            monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def published_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up files of the data sets without a sample, which would be downloaded."""
    if "datasets/" in request.node.name:
        monkeypatch.setenv("ZOOKIT_DATA_DIR", str(_published()))


@cache
def _published() -> Path:
    for home, files in PUBLISHED.items():
        put(FOLDER / "published" / home, files())
    return FOLDER / "published"


@pytest.mark.parametrize("name", [name for name in datasets if datasets[name].load().sample])
def test_a_data_set_with_a_sample_declares_the_full_sizes(name: str) -> None:
    info = datasets.build(name).component.info
    assert set(info.sizes) == {"train", "test"}
