"""An installed model is a run that nothing changes; whatever its folder holds, nothing runs."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import Command
from contents import contents
from damage import bomb, changed_files, check_change, scratched
from hypothesis import given, settings
from hypothesis import strategies as st
from made_models import recorded_hash
from made_runs import make_one
from model_site import ModelSite, forget, models
from small_run_fixtures import finished

import zookit as package
from zookit.cli.completion import components
from zookit.cli.run_argument import own_run_names, run_names
from zookit.core import AmbiguousName, BadParameter, BadRun, BrokenPlugin, ZookitError
from zookit.runs.models import FILES, card_of

__all__ = ["finished", "models"]


@pytest.fixture
def tiny(models: ModelSite, finished: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed model; the current folder is the test's own."""
    monkeypatch.chdir(models.path.parent)
    return models.install(finished)


def record_again(site: Path) -> None:
    """Let RECORD list the files as they are, as if the package had been made with them."""
    forget()
    files = [each for each in (site / "zookit_tiny").rglob("*") if each.is_file()]
    rows = (f"{each.relative_to(site).as_posix()},{recorded_hash(each)}\n" for each in files)
    (site / "zookit_tiny-1.0.dist-info" / "RECORD").write_text("".join(rows))


def test_it_is_a_run_with_the_models_name(tiny: Path, finished: Path) -> None:
    model, run = package.open_model("tiny"), package.open_run(finished)
    assert (model.name, model.status, model.folder) == ("tiny", "finished", tiny)
    assert model.installed is not None
    assert model.installed.owner == "zookit-tiny==1.0"
    assert model.metrics == run.metrics
    assert model.experiment == run.experiment
    assert "tiny" in repr(model)
    assert model.refresh().name == "tiny"
    for name in ("tiny", "zookit-tiny/tiny", "Zookit_Tiny/tiny"):
        assert package.open_run(name).folder == tiny


def test_it_answers_as_the_run_does_and_stays_as_it_was(
    tiny: Path, finished: Path, tmp_path: Path
) -> None:
    before = contents(tiny)
    model, run = package.open_model("tiny"), package.open_run(finished)
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), np.uint8)
    np.testing.assert_array_equal(model.predict(images), run.predict(images))
    assert model.evaluate().accuracy == run.metrics["accuracy"]
    assert model.evaluation is not None
    assert model.report() == Path("report.html")
    assert (tmp_path / "report.html").exists()
    assert model.export("keras").name == "tiny.keras"
    (row,) = package.compare([model, run]).tables[0].rows
    assert {each.name: each.folder for each in row.runs} == {finished.name: finished, "tiny": tiny}
    assert contents(tiny) == before


@pytest.mark.slow
def test_it_is_reproduced_as_a_new_run(tiny: Path, tmp_path: Path) -> None:
    reproduction = package.open_model("tiny").reproduce(quiet=True)
    assert reproduction.identical
    assert reproduction.again.folder.parent == tmp_path / "runs"
    assert reproduction.plain()["run"] == "tiny"


def test_it_cannot_be_resumed(tiny: Path, zookit: Command) -> None:
    message = zookit("resume", "tiny").message()
    assert "zookit reproduce tiny" in message
    with pytest.raises(BadRun, match=r"never changed.*reproduce\(\)"):
        package.open_model("tiny").resume()
    with pytest.raises(BadRun, match="never changed"):
        package.resume("tiny")


def test_a_run_that_was_changed_after_installing_is_refused(tiny: Path, zookit: Command) -> None:
    for name in ("history.csv", "weights.safetensors"):
        content = (tiny / name).read_bytes()
        (tiny / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        message = zookit("export", "tiny", "--to", "keras").message()
        assert f"{name} has been changed" in message
        assert "pip install --force-reinstall --no-deps zookit-tiny==1.0" in message
        (tiny / name).write_bytes(content)
    assert zookit("export", "tiny", "--to", "keras").code == 0


def test_a_damaged_model_is_not_pushed(tiny: Path, tmp_path: Path) -> None:
    assert package.push("tiny", tmp_path / "shared", quiet=True).files
    (tiny / "probe.safetensors").write_bytes(b"")
    with pytest.raises(ZookitError, match=r"probe\.safetensors has been changed"):
        package.push("tiny", tmp_path / "other", quiet=True)
    assert not (tmp_path / "other").exists()


def test_weights_of_another_run_are_refused(models: ModelSite, tiny: Path) -> None:
    content = (tiny / "weights.safetensors").read_bytes()
    (tiny / "weights.safetensors").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    record_again(models.path)
    with pytest.raises(ZookitError, match=r"does not match metrics\.json.*author of zookit-tiny"):
        package.open_model("tiny").model()


@pytest.mark.parametrize("name", FILES)
def test_each_file_must_be_there(models: ModelSite, tiny: Path, name: str) -> None:
    (tiny / name).unlink()
    record_again(models.path)
    with pytest.raises(ZookitError, match=f"not complete: {name} is missing"):
        package.open_model("tiny")


def test_a_run_that_did_not_finish_is_no_model(models: ModelSite, tiny: Path) -> None:
    metrics = json.loads((tiny / "metrics.json").read_text())
    (tiny / "metrics.json").write_text(json.dumps({**metrics, "status": "interrupted"}))
    record_again(models.path)
    with pytest.raises(ZookitError, match="is of a run that is interrupted"):
        package.open_model("tiny")


def test_a_model_of_a_newer_format_names_the_version(models: ModelSite, tiny: Path) -> None:
    metrics = json.loads((tiny / "metrics.json").read_text())
    (tiny / "metrics.json").write_text(json.dumps({**metrics, "format": 99}))
    record_again(models.path)
    with pytest.raises(BrokenPlugin) as raised:
        package.open_model("tiny")
    for each in ("zookit-tiny==1.0", "format is 99", "reads 2. Upgrade zookit"):
        assert each in str(raised.value)
    assert "Restore" not in str(raised.value)


def test_files_that_contradict_each_other_are_a_fault_of_the_package(
    models: ModelSite, tiny: Path
) -> None:
    experiment = tiny / "experiment.toml"
    experiment.write_text(experiment.read_text().replace("seed = 0", "seed = 1"))
    record_again(models.path)
    with pytest.raises(BrokenPlugin, match=r"do not match.*report this to the author of zookit-t"):
        package.open_model("tiny")


@pytest.mark.parametrize("change", [b"", b"0" * 100])
def test_arrays_that_cannot_be_read_are_a_fault_of_the_package(
    models: ModelSite, tiny: Path, change: bytes
) -> None:
    (tiny / "evaluation.safetensors").write_bytes(change)
    record_again(models.path)
    with pytest.raises(BrokenPlugin, match=r"\) cannot be read: evaluation\.safetensors is dam"):
        assert package.open_model("tiny").evaluation


def edited_owners(folder: Path, old: str, new: str, owner: str) -> None:
    """Let another component than the one of a model's run have made it."""
    for name in ("experiment.toml", "environment.json"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace(old, new))
    environment = json.loads((folder / "environment.json").read_text())
    for each in environment["components"]:
        each["owner"] = owner if each["name"] == new else each["owner"]
    (folder / "environment.json").write_text(json.dumps(environment))
    make_one(folder)


def test_two_models_of_one_name_are_compared(models: ModelSite, tiny: Path, finished: Path) -> None:
    models.install(finished, "zookit-other", "tiny")
    pair = [package.open_model(f"zookit-{each}/tiny") for each in ("tiny", "other")]
    (row,) = package.compare(pair).tables[0].rows
    assert {each.folder for each in row.runs} == {each.folder for each in pair}


def test_a_model_works_with_another_version_of_the_plugin(
    models: ModelSite, tiny: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edited_owners(tiny, "zookit/dense", "zookit/dense", "zookit==0.0.1")
    record_again(models.path)
    assert package.open_model("tiny").model().count_params()
    assert "tiny was trained with zookit/dense of zookit==0.0.1" in caplog.text


def test_parameters_that_the_installed_version_does_not_have_are_an_error_with_the_command(
    models: ModelSite, tiny: Path
) -> None:
    edited_owners(tiny, "zookit/dense", "zookit/dense", "zookit==9.9")
    experiment = tiny / "experiment.toml"
    experiment.write_text(experiment.read_text().replace("dropout = ", "droput = "))
    make_one(tiny)
    record_again(models.path)
    with pytest.raises(BadRun) as raised:
        package.open_model("tiny").model()
    for each in ("model 'tiny' of zookit-tiny==1.0", "droput", "pip install zookit==9.9"):
        assert each in str(raised.value)


def test_a_missing_plugin_is_named_with_its_version(models: ModelSite, tiny: Path) -> None:
    edited_owners(tiny, "zookit/dense", "zookit-nets/dense", "zookit-nets==3.1")
    record_again(models.path)
    with pytest.raises(BadRun) as raised:
        package.open_model("tiny").model()
    for each in ("model 'tiny' of zookit-tiny==1.0", "pip install zookit-nets==3.1"):
        assert each in str(raised.value)


def test_a_run_and_a_model_of_one_name_must_be_told_apart(
    tiny: Path, finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "tiny"
    run.parent.mkdir()
    run.symlink_to(finished)
    with pytest.raises(AmbiguousName) as raised:
        package.open_run("tiny")
    for each in ("zookit-tiny==1.0", "./runs/tiny", "zookit-tiny/tiny"):
        assert each in str(raised.value)
    assert package.open_run("./runs/tiny").installed is None
    assert package.open_run("zookit-tiny/tiny").installed is not None


def test_names_of_models_are_completed_where_a_run_is_named(tiny: Path) -> None:
    context: Any = SimpleNamespace(params={})
    assert "tiny" in run_names(context, "ti")
    assert "tiny" not in run_names(context, "x")
    assert "tiny" not in own_run_names(context, "")
    assert "tiny" in components("ti")


def test_unknown_models_are_an_error_that_names_similar_ones(tiny: Path, zookit: Command) -> None:
    message = zookit("predict", "tinny", "a.png").message()
    assert "no model of that name" in message
    assert "'tiny'" in message
    message = zookit("predict", "zookit-nets/tiny", "a.png").message()
    assert "'zookit install zookit-nets' installs it" in message
    with pytest.raises(ZookitError, match="no model named 'tinny'"):
        package.open_model("tinny")
    with pytest.raises(BadParameter, match="name of an installed model"):
        package.open_model(3)  # type: ignore[arg-type]


def test_whatever_a_package_has_in_its_folder_is_refused_in_one_line_or_read(
    models: ModelSite, tiny: Path, tmp_path: Path
) -> None:
    def use(folder: Path) -> None:
        record_again(models.path)
        model = package.open_model("tiny")
        assert model.evaluation is not None
        assert model.installed is not None
        card_of(model.installed)

    @settings(max_examples=25)
    @given(change=changed_files(FILES, tiny) | st.tuples(st.just("card.md"), st.binary()))
    def check(change: tuple[str, bytes]) -> None:
        check_change(tiny, change, use)

    mark = tmp_path / "mark"
    for name in FILES:
        check_change(tiny, (name, bomb(mark)), use)
    assert not mark.exists()
    check()
    assert "zookit_tiny" not in sys.modules


def test_whatever_the_metadata_say_is_refused_in_one_line_or_read(
    models: ModelSite, tiny: Path
) -> None:
    info = models.path / "zookit_tiny-1.0.dist-info"
    rows = (info / "RECORD").read_bytes()

    def use(_: Path) -> None:
        forget()
        package.open_model("tiny")

    @settings(max_examples=25)
    @given(change=st.tuples(st.sampled_from(["RECORD", "entry_points.txt"]), scratched(rows)))
    def check(change: tuple[str, bytes]) -> None:
        check_change(info, change, use)

    check()
    use(info)
