"""Checkpoints during training: what a callback may do with its state."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import pytest
from contents import contents
from damage import changed_files, check_one_line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_runs import make_whole
from small_runs import DENSE, SMALL, Interrupt, different_ends

import zookit
from zookit.core import BadRun, Callback, ZookitError
from zookit.runs.checkpoint import load_checkpoint, save_checkpoint
from zookit.runs.run import CHECKPOINT, read_run

STATEFUL = ["early_stopping:3,monitor=loss", "reduce_lr_on_plateau:1,monitor=loss"]


@pytest.fixture(scope="module")
def stateful(images: str, session_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run whose callbacks have states."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        folder = tmp_path_factory.mktemp("stateful")
        return zookit.run(images, DENSE, STATEFUL, runs_dir=folder, epochs=1, **SMALL).folder


def test_a_state_that_a_callback_does_not_accept_is_refused(stateful: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(stateful, tmp_path / "run"))
    checkpoint = load_checkpoint(read_run(run))
    assert checkpoint is not None
    other = replace(checkpoint.position, states=({"best": 1.0}, {}))
    save_checkpoint(run / CHECKPOINT, replace(checkpoint, position=other))
    make_whole(run)
    before = contents(run)
    with pytest.raises(BadRun, match="early_stopping"):
        zookit.resume(run, epochs=2, quiet=True)
    assert contents(run) == before
    shutil.copy(stateful / CHECKPOINT, run)
    make_whole(run)
    assert zookit.resume(run, epochs=2, quiet=True).status == "finished"


@pytest.mark.slow
def test_random_augmentations_metrics_and_schedules_continue_within_an_epoch(
    images: str, tmp_path: Path
) -> None:
    chosen: dict[str, Any] = {
        **SMALL,
        "augment": ["crop:1", "mixup"],
        "loss": "crossentropy:label_smoothing=0.1",
        "metrics": ["top_k:2", "auc"],
        "learning_rate": "cosine:0.01,warmup=0.5",
        "epochs": 2,
    }
    whole = zookit.run(images, DENSE, runs_dir=tmp_path / "whole", **chosen)
    stopped = zookit.run(images, DENSE, listeners=Interrupt(14), runs_dir=tmp_path, **chosen)
    assert stopped.status == "interrupted"
    assert load_checkpoint(read_run(stopped.folder)).position.steps  # type: ignore[union-attr]
    resumed = stopped.resume(quiet=True)
    assert different_ends(resumed.folder, whole.folder) == []
    assert {"top_k_2", "auc"} < set(resumed.history)
    assert resumed.metrics["auc"] > 0.5


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_checkpoint_is_refused_or_continued(
    stateful: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, content = data.draw(changed_files((CHECKPOINT,), stateful))
    run = Path(shutil.copytree(stateful, tmp_path_factory.mktemp("resumed") / "run"))
    (run / name).write_bytes(content)
    before = contents(run)
    try:
        zookit.resume(run, epochs=2, quiet=True)
    except BadRun as error:
        check_one_line(error)
        assert contents(run) == before
    except ZookitError as error:  # numbers that fit need not make sense
        check_one_line(error)
        assert read_run(run).status == "failed"
    shutil.rmtree(run)


@dataclass(frozen=True)
class Stateless(Callback):
    """Has no state, or one that cannot be saved."""

    broken: bool = False

    def build(self) -> keras.callbacks.Callback:
        class Plain(keras.callbacks.Callback):  # type: ignore[misc]
            pass

        class Broken(keras.callbacks.Callback):  # type: ignore[misc]
            def get_state(self) -> dict[str, Any]:
                raise LookupError("no state today")

            def set_state(self, state: Any) -> None:
                raise AssertionError("never called")

        return Broken() if self.broken else Plain()


def test_a_run_with_callbacks_without_state_is_resumed_with_a_warning(
    images: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stopped = zookit.run(
        images,
        DENSE,
        [Stateless(), Stateless(broken=True)],
        listeners=Interrupt(14),
        runs_dir=tmp_path,
        epochs=2,
        **SMALL,
    )
    lines = capfd.readouterr().err.splitlines()
    # Once, although there are two checkpoints.
    (failed,) = (line for line in lines if "no state today" in line)
    assert "get_state" in failed
    assert "Stateless" in failed
    assert stopped.resume(quiet=True).status == "finished"
    (line,) = (
        line for line in capfd.readouterr().err.splitlines() if "no state to restore" in line
    )
    assert line.count("Stateless") == 1
