"""What a cell's experiment is, before it trains."""

from pathlib import Path
from typing import Any

import pytest
from made_runs import digits

from zookit.core import Experiment
from zookit.core.progress import silent
from zookit.data.prepared import prepare
from zookit.sweeps.cells import Cell, cells
from zookit.sweeps.plan import Misfit, PlannedCell, Planner
from zookit.sweeps.request import SweepRequest

pytestmark = pytest.mark.xdist_group("leaderboard")
SMALL = {"epochs": "1", "batch_size": "64"}


def asked(dataset: str = "mnist", architecture: str = "dense:8", **given: Any) -> list[Cell]:
    options = {**SMALL, **given.pop("options", {})}
    return cells(
        SweepRequest.of(datasets=[dataset], architectures=[architecture], options=options, **given)
    )


def planned(*cells: Cell) -> list[PlannedCell]:
    planner = Planner(silent)
    found = [planner.plan(each) for each in cells]
    return [each for each in found if isinstance(each, PlannedCell)]


def reason(cell: Cell) -> str:
    found = Planner(silent).plan(cell)
    assert isinstance(found, Misfit)
    assert found.values == cell.values
    return found.reason


def test_the_identity_is_that_of_the_run() -> None:
    run = digits()
    (cell,) = planned(*asked(options={"data": "sample"}))
    assert cell.experiment == run.experiment
    assert cell.data_hash == run.environment.data.hash
    assert cell.owners == run.environment.owners()
    assert cell.identity == run.environment.identity
    assert run.environment.identity.startswith(cell.name)


def test_what_is_left_open_is_resolved() -> None:
    (cell,) = planned(*asked(options={"data": "sample"}))
    settings = cell.experiment.settings
    assert (settings.data, settings.precision) == ("sample", "float32")
    assert settings.threads == digits().experiment.settings.threads
    assert not cell.validates
    assert cell.words == "mnist dense:8 seed=0"
    (cell,) = planned(*asked(options={"data": "sample", "threads": "3", "validation": "0.1"}))
    assert cell.experiment.settings.threads == 3
    assert cell.validates


def test_its_job_has_all_that_a_worker_needs(tmp_path: Path) -> None:
    (cell,) = planned(*asked(options={"data": "sample", "threads": "3"}))
    job = cell.job(("tensorboard",), 60.0, tmp_path)
    assert Experiment.from_toml(job.experiment) == cell.experiment
    assert (job.name, job.threads, job.data_hash) == (cell.name, 3, cell.data_hash)
    assert (job.listeners, job.seconds, job.start) == (("tensorboard",), 60.0, tmp_path)


def test_equal_data_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = []

    def count(*arguments: Any) -> Any:
        prepared.append(arguments[2])
        return prepare(*arguments)

    monkeypatch.setattr("zookit.sweeps.plan.prepare", count)
    sample = {"data": "sample"}
    several = [*asked(seeds=2, options=sample), *asked(architecture="cnn", options=sample)]
    found = planned(*several, *asked(dataset="fashion_mnist", options=sample))
    assert len(found) == 4
    assert prepared == ["mnist", "fashion_mnist"]
    assert len({each.data_hash for each in found}) == 2
    assert len({each.identity for each in found}) == 4


def test_data_that_is_not_available_does_not_fit(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    first, second = asked(f"image_folder:path={missing},size=8", seeds=2)
    assert str(missing) in reason(first)
    planner = Planner(silent)
    found = [planner.plan(each) for each in (first, second)]
    assert [each.reason for each in found if isinstance(each, Misfit)] == [reason(first)] * 2


def test_a_callback_that_needs_validation_images_does_not_fit_without() -> None:
    (without,) = asked(callbacks=["early_stopping"], options={"data": "sample"})
    assert "val_loss" in reason(without)
    with_some = {"data": "sample", "validation": "0.1"}
    assert planned(*asked(callbacks=["early_stopping"], options=with_some))


def test_words_that_do_not_fit_have_their_reason() -> None:
    (cell,) = asked(architecture="cnn:8+8+8+8+8+8", options={"data": "sample"})
    assert reason(cell) == cell.misfit
    assert cell.misfit


BROKEN = """
from dataclasses import dataclass
from zookit.core import Dataset, DatasetInfo

@dataclass(frozen=True)
class Broken(Dataset):
    @property
    def info(self):
        return DatasetInfo(class_names=("a", "b"), image_shape=(8, 8, 1))

    def load(self, source):
        raise ValueError("no images\\nhere")
"""


def test_a_broken_data_set_is_a_misfit_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(BROKEN)
    several = asked(dataset=f"{file}:Broken", seeds=2)
    reasons = {reason(each) for each in several}
    (found,) = reasons
    assert all(fact in found for fact in ("ValueError: no images here", "Broken.load", file.name))
