"""What tests of plugins share."""

from pathlib import Path

import pytest
from filelock import FileLock


@pytest.fixture(scope="session")
def mlflow_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty MLflow store to copy, because MLflow needs seconds to create one."""
    shared = tmp_path_factory.getbasetemp().parent  # of all workers of pytest-xdist
    tables = shared / "mlflow.db"
    with FileLock(shared / "mlflow.lock"):
        if not tables.exists():
            from mlflow import MlflowClient

            MlflowClient(f"sqlite:///{tables}").search_experiments()
    return tables
