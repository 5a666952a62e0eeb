"""Code that changed under one version is found when a run's model is rebuilt."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from bounded import bounded
from conftest import Command
from contents import contents
from edited_plugin import EditedPlugin, restore_plugins
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from made_runs import make_whole
from small_runs import SMALL, small_images, small_run

import zookit
from zookit.core import Architecture, BadRun
from zookit.runs.arrays import save_arrays
from zookit.runs.probe import PROBE, check_outputs, outputs_to_record, probe_images
from zookit.runs.run import read_run

NET = "edited_net"


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the unedited plugin, which no test changes."""
    with pytest.MonkeyPatch.context() as patched:
        EditedPlugin(tmp_path_factory.mktemp("site"), patched)
        runs_dir = tmp_path_factory.mktemp("runs")
        folder = zookit.run(small_images(), NET, runs_dir=runs_dir, epochs=1, **SMALL).folder
    restore_plugins()
    return folder


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditedPlugin]:
    (tmp_path / "site").mkdir()
    yield EditedPlugin(tmp_path / "site", monkeypatch)
    monkeypatch.undo()
    restore_plugins()


@pytest.fixture
def run(trained_once: Path, plugin: EditedPlugin, tmp_path: Path) -> Path:
    """A copy of the run, with the plugin installed."""
    return Path(shutil.copytree(trained_once, tmp_path / "runs" / trained_once.name))


def images() -> Any:
    return np.zeros((1, 8, 8, 1), np.uint8)


def test_unedited_code_gives_no_warning(run: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened = zookit.open_run(run)
    opened.model()
    opened.predict(images())
    assert opened.evaluate().accuracy == opened.metrics["accuracy"]
    assert not caplog.messages


USES: dict[str, Callable[[zookit.Run, Path], Any]] = {
    "model": lambda run, _: run.model(),
    "predict": lambda run, _: run.predict(images()),
    "evaluate": lambda run, _: run.evaluate(),
    "export": lambda run, path: run.export("keras", path / "model.keras"),
}


@pytest.mark.parametrize("use", USES)
def test_edited_code_that_computes_otherwise_is_an_error(
    run: Path, plugin: EditedPlugin, tmp_path: Path, use: str
) -> None:
    plugin.edit("helper", "FACTOR = 1.0", "FACTOR = 1.1")
    with pytest.raises(BadRun) as error:
        USES[use](zookit.open_run(run), tmp_path)
    assert "zookit-edited==1.0" in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("net", '"relu"', '"elu"'),
        ("net", "Flatten()(images)", "Flatten()(images[:, ::-1])"),
        ("helper", "features * FACTOR", "features + 0.01"),
        ("helper", "FACTOR = 1.0", "FACTOR = 1.0005"),
    ],
)
def test_other_edits(run: Path, plugin: EditedPlugin, module: str, old: str, new: str) -> None:
    plugin.edit(module, old, new)
    with pytest.raises(BadRun, match="other outputs"):
        zookit.open_run(run).model()


def test_the_commands_report_it_in_one_line(
    run: Path, plugin: EditedPlugin, zookit: Command
) -> None:
    plugin.edit("helper", "FACTOR = 1.0", "FACTOR = 0.5")
    for words in (("evaluate", run), ("export", run, "--to", "keras")):
        assert "zookit-edited==1.0" in zookit(*words).message()


def test_edited_code_that_computes_the_same_gives_one_warning(
    run: Path, plugin: EditedPlugin, caplog: pytest.LogCaptureFixture
) -> None:
    plugin.edit("helper", "features * FACTOR", "FACTOR * features")
    zookit.open_run(run).predict(images())
    (warning,) = caplog.messages
    assert "zookit-edited==1.0" in warning
    assert "may not be exact" in warning


def test_a_new_version_that_computes_otherwise_is_named(run: Path, plugin: EditedPlugin) -> None:
    plugin.install("1.1")
    plugin.edit("helper", "FACTOR = 1.0", "FACTOR = 2.0")
    with pytest.raises(BadRun) as error:
        zookit.open_run(run).model()
    for name in ("zookit-edited==1.0", "zookit-edited==1.1"):
        assert name in str(error.value)


def test_a_run_that_edited_code_computes_otherwise_is_not_resumed(
    run: Path, plugin: EditedPlugin
) -> None:
    plugin.edit("helper", "FACTOR = 1.0", "FACTOR = 0.9")
    before = contents(run)
    with pytest.raises(BadRun, match=r"other outputs.*zookit-edited==1\.0"):
        zookit.resume(run, epochs=2, quiet=True)
    assert contents(run) == before
    again = zookit.open_run(run).reproduce(quiet=True)
    assert [line for line in again.environment if "code of zookit-edited/edited_net" in line]
    assert not again.identical


def test_resuming_says_that_code_has_changed(
    run: Path, plugin: EditedPlugin, capfd: pytest.CaptureFixture[str]
) -> None:
    plugin.edit("helper", "features * FACTOR", "FACTOR * features")
    resumed = zookit.resume(run, epochs=2, quiet=True)
    assert "code of zookit-edited/edited_net" in capfd.readouterr().err
    (resumption,) = resumed.environment.resumptions
    assert any("code of" in line for line in resumption.differences)
    resumed.model()  # the outputs are those of the resumed training


def test_a_run_without_recorded_outputs_claims_nothing(run: Path, plugin: EditedPlugin) -> None:
    plugin.edit("helper", "FACTOR = 1.0", "FACTOR = 1.1")
    metrics = json.loads((run / "metrics.json").read_text())
    del metrics["files"][PROBE]
    (run / "metrics.json").write_text(json.dumps(metrics))
    (run / PROBE).unlink()
    zookit.open_run(run).predict(images())


def test_recorded_outputs_that_are_missing_or_damaged(run: Path) -> None:
    whole = (run / PROBE).read_bytes()
    for damaged in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:40], b""):
        (run / PROBE).write_bytes(damaged)
        with pytest.raises(BadRun, match=PROBE):
            zookit.open_run(run).model()
    (run / PROBE).unlink()
    with pytest.raises(BadRun, match=PROBE):
        zookit.open_run(run).model()


def test_outputs_of_another_model_do_not_pass(run: Path) -> None:
    for made in ({"outputs": np.zeros((8, 5), np.float32)}, {"others": np.zeros(3)}):
        save_arrays(run / PROBE, made)
        make_whole(run)
        with pytest.raises(BadRun, match="other outputs"):
            zookit.open_run(run).model()


class Noise(keras.layers.Layer):  # type: ignore[misc]
    """Adds noise, in training and afterwards."""

    def call(self, features: Any) -> Any:
        return features + keras.random.normal(keras.ops.shape(features))


@dataclass(frozen=True)
class Random(Architecture):
    """Answers differently each time."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return Noise()(keras.layers.Flatten()(images))


def test_a_model_that_computes_at_random_records_nothing(tmp_path: Path) -> None:
    run = zookit.run(small_images(), Random(), runs_dir=tmp_path, epochs=1, **SMALL)
    assert not (run.folder / PROBE).exists()
    assert run.predict(images()).shape == (1, 3)


@pytest.mark.parametrize(
    ("shape", "count"),
    [((8, 8, 1), 8), ((5, 3, 2), 8), ((2000, 1000, 3), 1), ((65536, 65536, 65536), 0)],
)
def test_the_images_are_fixed_and_bounded(shape: tuple[int, int, int], count: int) -> None:
    with bounded(seconds=2, megabytes=64):
        made = probe_images(shape)
    assert made.dtype == np.uint8
    assert made.shape == (count, *shape)
    assert np.array_equal(made, probe_images(shape))


def test_these_images_never_change() -> None:
    first, *_, last = probe_images((2, 2, 1))
    assert first.ravel().tolist() == [21, 9, 29, 6]
    assert last.ravel().tolist() == [139, 177, 146, 207]


def test_rounding_passes_and_more_does_not() -> None:
    record = read_run(small_run())
    model = zookit.open_run(record.folder).model()
    outputs = outputs_to_record(model)["outputs"]
    assert outputs.dtype == np.float32
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    head.set_weights([kernel * (1 + 3e-7), bias])
    check_outputs(record, model, record.environment)
    head.set_weights([kernel * 1.0005, bias])
    with pytest.raises(BadRun):
        check_outputs(record, model, record.environment)


@given(
    outputs=arrays.arrays(
        st.sampled_from(["float32", "float64", "float16", "int8", "bool"]),
        arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9) | st.just((8, 3)),
    )
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_recorded_outputs_are_compared(
    outputs: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    if not folder.exists():
        shutil.copytree(small_run(), folder)
    save_arrays(folder / PROBE, {"outputs": outputs})
    make_whole(folder)
    record = read_run(folder)
    with bounded(), pytest.raises(BadRun, match="other outputs"):
        check_outputs(record, model_of_small_run(), record.environment)


@cache
def model_of_small_run() -> Any:
    return zookit.open_run(small_run()).model()
