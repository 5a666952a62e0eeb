"""What tests of listeners share."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A current folder without an MLflow store, and no server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def mlflow_store(own_folder: None, tmp_path: Path, mlflow_tables: Path) -> None:
    """An empty store in the current folder."""
    shutil.copy(mlflow_tables, tmp_path / "mlflow.db")
