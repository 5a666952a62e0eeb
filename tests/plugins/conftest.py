"""What tests of plugins share."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_processes import SlurmProcesses, is_installed

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


@pytest.fixture(scope="session")
def slurm_processes() -> Iterator[SlurmProcesses]:
    """A Slurm cluster, which starts in a second."""
    if not is_installed():
        pytest.skip("Slurm and munge are not installed, or this is not root")
    processes = SlurmProcesses()
    try:
        processes.start()
        yield processes
    finally:
        processes.close()


KINDS = ("optimizers/", "schedules/", "losses/", "metrics/", "augmentations/")
COSTLY = re.compile(
    r"\[(architectures|augmentations|callbacks|datasets|exporters|launchers|listeners|losses|metrics"
    r"|optimizers)/(\w+).*-(builds_for_every_data_set|builds_share_nothing"
    r"|changes_images_only_in_training|compiles"
    r"|continues_what_was_cancelled|every_trainable_weight_learns|exports_to_every_format"
    r"|is_known_without_tensorflow|learns_at_the_rate_that_it_is_given|leaves_nothing_behind"
    r"|lowers_the_loss|predicts_the_same|says_how_jobs_end|state_is_in_its_variables"
    r"|survives_saving_and_loading|trains|trains_jobs_to_the_end|works_during_training|works_during_a_run"
    r"|writes_what_it_is_asked_to)\d*\]"
)
TELLING = {
    "architectures": {"dense"},
    "augmentations": {"mixup", "rotation"},
    "callbacks": {"early_stopping", "swap_ema_weights", "unfreeze"},
    "datasets": {"mnist"},
    "exporters": {"keras"},
    "launchers": set(),
    "listeners": {"tensorboard"},
    "losses": {"crossentropy", "focal"},
    "metrics": {"accuracy", "macro_f1"},
    "optimizers": {"adamw", "muon"},
}
"""Components of each kind whose costly checks are run each time; the others' are slow tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what takes long, or what is long together because so many components have it."""
    for item in items:
        # Other tests train with components of these kinds; here each of fifty needs a second.
        is_trial = "works_during_training" in item.name and any(each in item.name for each in KINDS)
        costly = COSTLY.search(item.name)
        is_one_of_many = costly is not None and costly[2] not in TELLING[costly[1]]
        if "keras_application-exports" in item.name or is_trial or is_one_of_many:
            on_cluster = costly is not None and costly[2] in ("dask", "slurm")
            item.add_marker(pytest.mark.cluster if on_cluster else pytest.mark.slow)
