"""What tests of plugins share."""

from pathlib import Path

import pytest

from zookit.core.file_lock import lock_file


@pytest.fixture(scope="session")
def mlflow_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty MLflow store to copy, because MLflow needs seconds to create one."""
    shared = tmp_path_factory.getbasetemp().parent  # of all workers of pytest-xdist
    tables = shared / "mlflow.db"
    lock = lock_file(shared / "mlflow.lock", None)
    try:
        if not tables.exists():
            from mlflow import MlflowClient

            MlflowClient(f"sqlite:///{tables}").search_experiments()
    finally:
        lock.release()
    return tables


KINDS = ("optimizers/", "schedules/", "losses/", "metrics/", "augmentations/")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what takes a quarter of a minute."""
    for item in items:
        # Other tests train with components of these kinds; here each of fifty needs a second.
        is_trial = "works_during_training" in item.name and any(each in item.name for each in KINDS)
        if "keras_application-exports" in item.name or is_trial:
            item.add_marker(pytest.mark.slow)
