"""The test images of an evaluation."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_data import put_pictures
from made_runs import digits, photos_folder, two_classes
from model_site import ModelSite, models

import zookit
from zookit.core import BadExperiment, BadRun, DataError, ZookitError
from zookit.core.messages import at_command_line
from zookit.core.source import DataOrigin
from zookit.inference.evaluation_data import load_evaluation_data
from zookit.plugins.datasets.image_folder import ImageFolder
from zookit.runs.run import RunRecord
from zookit.scaffold.published_run import publish

__all__ = ["models"]

pytestmark = pytest.mark.xdist_group("shared runs")


def recorded(origin: DataOrigin, content: str) -> RunRecord:
    """Return `digits` as if it had been trained on other data."""
    run = digits()
    data = replace(run.environment.data, origin=origin, hash=content)
    return replace(run, environment=replace(run.environment, data=data))


def test_the_runs_own_data_is_loaded_as_recorded(caplog: pytest.LogCaptureFixture) -> None:
    found: list[None] = []
    data = load_evaluation_data(digits(), None, None, found=lambda: found.append(None))
    assert (data.facts.dataset.partition(":")[0], data.facts.origin, data.facts.own) == (
        "mnist",
        "sample",
        True,
    )
    assert data.facts.hash == digits().environment.data.hash
    assert len(data.split) == 1000
    assert found == [None]
    assert load_evaluation_data(digits(), "mnist", None).facts.own
    assert not caplog.messages


def test_an_instance_of_the_runs_data_set_is_its_own() -> None:
    run = two_classes()
    data = load_evaluation_data(run, ImageFolder(photos_folder(), size=8), None)
    assert data.facts.own
    assert data.facts.origin == "local"


def test_another_data_set_with_other_class_names(caplog: pytest.LogCaptureFixture) -> None:
    data = load_evaluation_data(digits(), "fashion_mnist", "sample")
    assert not data.facts.own
    (warning,) = caplog.messages
    assert "class names" in warning
    assert "'T-shirt/top' for '0', 'Trouser' for '1', 'Pullover' for '2' and 7 more" in warning


def test_an_error_is_not_preceded_by_warnings(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DataError):
        load_evaluation_data(digits(), "fashion_mnist", "full")
    with pytest.raises(ZookitError, match="validation"):
        load_evaluation_data(digits(), "fashion_mnist", "sample", split="validation")
    assert not caplog.messages


def test_another_data_set_needs_no_copies_of_what_the_runs_own_reads() -> None:
    experiment = replace(digits().experiment, input_files={"dataset.table": "0" * 64})
    run = replace(digits(), experiment=experiment)
    with pytest.raises(BadRun, match="input_files"):
        load_evaluation_data(run, None, None)
    assert not load_evaluation_data(run, "fashion_mnist", "sample").facts.own


def test_changed_data_gives_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    data = load_evaluation_data(recorded("full", "0123456789"), None, None)
    assert not data.facts.own
    (warning,) = caplog.messages
    before, after = warning.split("recorded")
    assert "sample" in before
    assert data.facts.hash[:8] in before
    assert "full" in after
    assert "01234567" in after


def test_a_data_set_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadExperiment, match=r"300 x 300 x 3 in 2 .*28 x 28 x 1 in 10 "):
        load_evaluation_data(digits(), "horse_or_human", "sample")


def test_data_that_is_not_available() -> None:
    with pytest.raises(DataError, match="mnist"):
        load_evaluation_data(digits(), None, "full")


def test_a_folder_that_was_moved_can_be_named(tmp_path: Path) -> None:
    put_pictures(tmp_path / "photos", dark=10, light=10)
    words = f"image_folder:path={tmp_path / 'photos'},size=8"
    run = zookit.run(words, "dense:2", runs_dir=tmp_path, epochs=1, quiet=True)
    (tmp_path / "photos").rename(tmp_path / "moved")
    with pytest.raises(DataError, match="path=FOLDER,size=8"):
        run.evaluate()
    assert run.evaluate(words.replace("photos", "moved")).support.sum() == 4


def test_a_model_is_evaluated_by_its_name_in_a_folder_to_be_named(
    models: ModelSite, tmp_path: Path
) -> None:
    published = publish(two_classes(), tmp_path / "run").folder
    models.install(published)
    with at_command_line(), pytest.raises(DataError) as raised:
        zookit.open_model("tiny").evaluate()
    assert "zookit evaluate tiny --on image_folder:path=FOLDER,size=8" in str(raised.value)
