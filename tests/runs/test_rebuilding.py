"""Old runs still work after a package renamed things; if not, the message says what to type."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from edited_plugin import restore_plugins
from made_data import put_pictures
from renamed_plugin import FIRST, RenamedPlugin

import zookit
from zookit.core import BadRun, Experiment
from zookit.report.comparison import comparison_of
from zookit.runs.arrays import load_of_end
from zookit.runs.run import WEIGHTS, RunRecord, read_run
from zookit.training.experiment_file import compose_file


@dataclass
class Old:
    """A package, runs of its first version with one and two epochs, and where they are."""

    plugin: RenamedPlugin
    folder: Path
    one: Path
    two: RunRecord

    def train(self, runs_dir: Path, **settings: Any) -> zookit.Run:
        """Train with the old names, whichever version is installed."""
        return train(self.folder, runs_dir, **settings)


def train(folder: Path, runs_dir: Path, **settings: Any) -> zookit.Run:
    words = (
        f"image_folder:path={folder / 'photos'},size=8",
        f"alpha:units=4,table={folder / 'table.txt'}",
        ["stop_late:after=9", "early_stopping:9,monitor=share"],
    )
    return zookit.run(*words, runs_dir=runs_dir, metrics="share", quiet=True, **settings)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    folder = tmp_path_factory.mktemp("renamed")
    (folder / "table.txt").write_text("0.5")
    put_pictures(folder / "photos", dark=10, light=10)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        patched.setenv("ZOOKIT_CACHE_DIR", str(folder / "cache"))
        plugin = RenamedPlugin(folder)
        plugin.install_first()
        try:
            one, two = (train(folder, folder / "runs", epochs=epochs) for epochs in (1, 2))
            yield Old(plugin, folder, one.folder, read_run(two.folder))
        finally:
            restore_plugins()


@pytest.fixture(autouse=True)
def cache(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(old.folder / "cache"))


@pytest.fixture
def renamed(old: Old) -> Old:
    """The second version is installed."""
    old.plugin.install_second()
    return old


def renamings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of warnings that name new names."""
    return [each for each in capsys.readouterr().err.splitlines() if "is now called" in each]


def test_an_old_run_is_evaluated_and_exported(
    renamed: Old, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    run = zookit.open_run(renamed.two.folder)
    assert run.evaluate().accuracy == renamed.two.metrics["accuracy"]
    (line,) = (each for each in caplog.messages if "is now called" in each)
    for name in ("'alpha'", "'beta'", "'units'", "'width'", "'table'", "'scale'"):
        assert name in line
    assert run.export("keras", tmp_path / "model.keras").is_file()


def test_an_old_run_is_resumed_to_the_same_bits(
    renamed: Old, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_run(renamed.one)
    zookit.open_run(renamed.one).resume(epochs=2)
    assert len(renamings(capsys)) == 1
    now, whole = read_run(renamed.one), renamed.two
    assert now.experiment == whole.experiment
    assert now.history == whole.history
    assert "share" in now.history
    assert now.environment.identity == whole.environment.identity
    assert now.environment.components == before.environment.components
    then = before.environment.identity_without_epochs
    assert now.environment.identity_without_epochs == then
    resumed, trained_at_once = load_of_end(now, WEIGHTS), load_of_end(whole, WEIGHTS)
    assert all((resumed[key] == trained_at_once[key]).all() for key in trained_at_once)


def test_an_old_run_is_reproduced(
    renamed: Old, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = zookit.open_run(renamed.two.folder).reproduce(tmp_path)
    assert found.identical
    assert len(renamings(capsys)) == 1
    again = found.again
    assert again.experiment == renamed.two.experiment
    assert "share" in again.history
    components = {each.name: each for each in again.environment.components}
    architecture = components["zookit-renamed/alpha"]
    assert architecture.now == "zookit-renamed/beta"
    assert architecture.formerly == ("alpha",)
    assert architecture.renamed == {"units": "width", "table": "scale"}
    assert components["zookit-renamed/share"].now == "zookit-renamed/portion"
    assert components["zookit-renamed/stop_late"].renamed == {"after": "epochs"}


def test_old_words_and_files_are_recorded_under_the_new_names(
    renamed: Old, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = renamed.train(tmp_path, epochs=1, seed=3)
    assert len(renamings(capsys)) == 1
    old_file = renamed.two.folder / "experiment.toml"
    assert Experiment.from_toml(old_file.read_text()).architecture.name == "zookit-renamed/alpha"
    from_file = compose_file(old_file, {}).experiment
    assert from_file.architecture.name == "zookit-renamed/beta"
    copied = Path(from_file.architecture.parameters["scale"])
    assert copied.is_relative_to(renamed.two.folder)
    assert from_file.callbacks == run.experiment.callbacks
    assert run.experiment.architecture.words.startswith("beta:width=4,")
    assert run.experiment.callbacks[0].parameters == {"epochs": 9}
    assert run.experiment.callbacks[1].parameters["monitor"] == "portion"
    assert "portion" in run.history
    assert set(run.experiment.input_files) == {"architecture.scale"}
    assert run.model().count_params() > 0
    (table,) = zookit.compare([zookit.open_run(renamed.two.folder), run]).tables
    assert "epochs_requested" not in table.columns
    assert {"width", "units", "architecture", "callbacks"}.isdisjoint(table.columns)


def test_runs_of_both_names_are_one_row(renamed: Old, tmp_path: Path) -> None:
    run = renamed.train(tmp_path, epochs=2, seed=3)
    renamed.plugin.uninstall()  # comparing needs no plugin
    before = zookit.open_run(renamed.two.folder)
    (table,) = zookit.compare([before, run], by="portion").tables
    (row,) = table.rows
    assert row.seeds == (0, 3)
    assert "zookit-renamed==1.0, zookit-renamed==2.0" in str(row.values["packages"])
    (overlay,) = comparison_of(zookit.compare([before, run])).overlays
    drawn = [each for each in overlay.drawings if "portion" in each]
    assert len(drawn) == 1
    assert before.name in drawn[0]
    assert run.name in drawn[0]
    assert not any("share" in each for each in overlay.drawings)


def test_runs_of_before_are_ranked_by_either_name(
    renamed: Old, caplog: pytest.LogCaptureFixture
) -> None:
    before = zookit.open_run(renamed.two.folder)
    for by in ("share", "portion"):
        (table,) = zookit.compare([before], by=by).tables
        (row,) = table.rows
        assert row.test_value is not None
        assert row.test_value.value == before.metrics["share"]
    assert "'share' is now called 'portion'" in caplog.text


@pytest.mark.parametrize("what", ["resume", "reproduce", "evaluate"])
def test_a_version_that_lost_a_name_is_named(old: Old, tmp_path: Path, what: str) -> None:
    lost = FIRST.replace("units", "width")
    old.plugin.install("3.0", lost, {"beta": "Net", "alpha": "Net"})
    with pytest.raises(BadRun) as raised:
        _do(old, what, tmp_path)
    message = str(raised.value)
    for fact in ("alpha of zookit-renamed==1.0", "zookit-renamed==3.0", "'units'"):
        assert fact in message
    assert "pip install zookit-renamed==1.0" in message


@pytest.mark.parametrize("what", ["resume", "reproduce", "evaluate"])
def test_a_package_that_is_gone_is_named(old: Old, tmp_path: Path, what: str) -> None:
    old.plugin.uninstall()
    with pytest.raises(BadRun) as raised:
        _do(old, what, tmp_path)
    message = str(raised.value)
    assert "alpha of zookit-renamed==1.0, which is not installed" in message
    assert message.endswith("pip install zookit-renamed==1.0")


def test_an_owner_that_is_no_requirement_is_not_to_be_typed(old: Old) -> None:
    old.plugin.uninstall()
    run = read_run(old.two.folder)
    components = tuple(
        type(each)(each.name, "evil; rm -rf /==1") for each in run.environment.components
    )
    object.__setattr__(run.environment, "components", components)
    with pytest.raises(BadRun) as raised:
        zookit.Run(**vars(run)).evaluate()
    assert "evil" not in str(raised.value)


def _do(old: Old, what: str, folder: Path) -> None:
    run = zookit.open_run(old.two.folder)
    if what == "resume":
        run.resume(epochs=3)
    elif what == "reproduce":
        run.reproduce(folder)
    else:
        run.evaluate()
