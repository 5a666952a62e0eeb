"""Warnings about what a beginner might not see in the numbers, and silence about all else."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from conftest import Command
from PIL import Image
from small_runs import DENSE, small_images, small_run

import zookit
from zookit.core import (
    BadExperiment,
    BrokenPlugin,
    Callback,
    Dataset,
    DatasetInfo,
    Evaluation,
    Result,
    Settings,
    Split,
    Splits,
)
from zookit.core.data import Source
from zookit.registry import default, losses, metrics, optimizers
from zookit.training.advice import advice_after, advice_before
from zookit.training.feeds import make_feeds
from zookit.training.monitoring import advice_on_modes, check_monitored

NAMES = ("a", "b")


def component(words: str) -> Callback:
    return default.callbacks.build(words).component


@dataclass(frozen=True)
class Adder(Callback):
    """Declares what it adds to the logs."""

    adds: ClassVar[tuple[str, ...] | None] = ("f1",)

    def build(self) -> Any: ...


@dataclass(frozen=True)
class Unknown(Callback):
    """Declares nothing."""

    def build(self) -> Any: ...


@dataclass(frozen=True)
class Needing(Callback):
    """Needs a value."""

    name: str = "f1"

    @property
    def monitors(self) -> tuple[str, ...]:
        return (self.name,)

    def build(self) -> Any: ...


@dataclass(frozen=True)
class Odd(Callback):
    """Declares whatever it is given."""

    declared: Any

    @property
    def monitors(self) -> Any:
        return self.declared

    def build(self) -> Any: ...


@pytest.mark.parametrize(
    ("given", "validation", "missing"),
    [
        (["early_stopping"], False, "val_loss"),
        (["early_stopping"], True, ""),
        (["early_stopping:monitor=acc"], True, "acc"),
        (["early_stopping:monitor=loss"], False, ""),
        (["reduce_lr_on_plateau"], False, "val_loss"),
        (["stop_at_accuracy:monitor=val_accuracy"], False, "val_accuracy"),
        (["stop_at_loss:monitor=val_los"], True, "val_los"),
        (["model_checkpoint:best.keras"], False, ""),
        (["model_checkpoint:best.keras,save_best_only=true"], False, "val_loss"),
        (["model_checkpoint:{epoch:02d}-{val_loss:.2f}.keras"], False, "val_loss"),
        (["model_checkpoint:{epoch:02d}-{loss:.2f}.keras"], False, ""),
        (["csv_logger:log.csv", "terminate_on_nan", "stop_at_loss"], False, ""),
        ([Adder(), Needing()], False, ""),
        ([Needing(), Adder()], False, "f1"),
        ([Adder(), Needing("f2")], False, "f2"),
        ([Unknown(), Needing()], False, ""),
        ([Needing(), Unknown()], False, "f1"),
        (["reduce_lr_on_plateau:monitor=loss", Needing("learning_rate")], False, ""),
    ],
)
def test_a_value_that_is_never_logged_is_refused(
    given: Sequence[str | Callback], validation: bool, missing: str
) -> None:
    built = [component(each) if isinstance(each, str) else each for each in given]
    names = [f"callback {at}" for at in range(len(built))]
    if not missing:
        check_monitored(names, built, validation=validation)
        return
    with pytest.raises(BadExperiment) as raised:
        check_monitored(names, built, validation=validation)
    assert repr(missing) in str(raised.value)
    way = "validation split" in str(raised.value)
    assert way == (missing.startswith("val_") and not validation)


@pytest.mark.parametrize(
    ("monitor", "metric"),
    [
        ("val_macro_f1", "macro_f1"),
        ("auc", "auc"),
        ("val_top_k_3", "top_k:3"),
        ("top_k", ""),
        ("macro_f", ""),
    ],
)
def test_the_metric_that_a_callback_monitors_is_named(monitor: str, metric: str) -> None:
    built = [component(f"early_stopping:monitor={monitor}")]
    with pytest.raises(BadExperiment) as raised:
        check_monitored(["one"], built, validation=True)
    assert (f"metrics='{metric}'" in str(raised.value)) == bool(metric)
    check_monitored(["one"], built, [monitor.removeprefix("val_")], validation=True)


def test_a_value_that_a_later_callback_adds_needs_another_order() -> None:
    needing = component("early_stopping:monitor=learning_rate")
    adding = component("reduce_lr_on_plateau:monitor=loss")
    check_monitored(["first", "second"], [adding, needing], validation=False)
    with pytest.raises(BadExperiment) as raised:
        check_monitored(["one", "two", "three"], [needing, Adder(), adding], validation=False)
    assert str(raised.value).startswith("one: 'learning_rate' is not logged yet: three adds it")
    assert "Put three before one." in str(raised.value)


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("early_stopping:monitor=val_accuracy,mode=min", "mode=max"),
        ("early_stopping:mode=max", "mode=min"),
        ("early_stopping:mode=min", ""),
        ("early_stopping:monitor=score,mode=min", ""),
        ("reduce_lr_on_plateau:monitor=accuracy,mode=min", "mode=max"),
        ("model_checkpoint:best.keras,save_best_only=true,mode=max", "mode=min"),
        ("model_checkpoint:{val_accuracy:.2f}.keras,monitor=loss,mode=min", ""),
        ("stop_at_accuracy:monitor=val_loss", "another value"),
        ("stop_at_loss:monitor=accuracy", "another value"),
        ("stop_at_loss:monitor=val_loss", ""),
        ("early_stopping:monitor=val_f1,mode=min", "mode=max"),
        ("early_stopping:monitor=error,mode=max", "mode=min"),
        ("early_stopping:monitor=error,mode=min", ""),
    ],
)
def test_a_callback_that_takes_worse_for_better_is_named(words: str, advice: str) -> None:
    further = {"f1": metrics.build("macro_f1"), "error": metrics.build("calibration_error")}
    lines = list(
        advice_on_modes(
            ["it"], [component(words)], {name: each.component for name, each in further.items()}
        )
    )
    assert len(lines) == bool(advice)
    assert all(advice in line and line.startswith("it: ") for line in lines)


@pytest.mark.parametrize("declared", ["f1", 3, ["f1"], ("f1", 2)])
def test_what_is_no_tuple_of_names_is_a_fault_of_the_callback(declared: Any) -> None:
    with pytest.raises(BrokenPlugin, match="odd: monitors"):
        check_monitored(["odd"], [Odd(declared)], validation=False)
    adding = type("Adding", (Adder,), {"adds": declared})
    with pytest.raises(BrokenPlugin, match="odd: adds"):
        check_monitored(["odd"], [adding()], validation=False)


def test_it_is_refused_before_tensorflow_is_imported(tmp_path: Path) -> None:
    script = (
        "import sys, zookit\n"
        "try: zookit.run('mnist', 'dense', 'early_stopping', data='sample')\n"
        "except zookit.ZookitError: print('tensorflow' in sys.modules)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "False"
    assert not list(tmp_path.iterdir())


def test_it_is_refused_before_training_if_the_data_must_be_loaded_first(zookit: Command) -> None:
    message = zookit("run", small_images(), DENSE, "early_stopping").message()
    assert "'val_loss'" in message
    assert not Path("runs").exists()


@dataclass(frozen=True)
class Counts(Dataset):
    """So many images of each class."""

    counts: tuple[int, ...]

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((2, 2, 1), tuple("abc"[: len(self.counts)]))

    def load(self, source: Source | None = None) -> Splits:
        labels = np.repeat(np.arange(len(self.counts)), self.counts)
        split = Split(np.zeros((len(labels), 2, 2, 1), np.uint8), labels)
        return Splits(split, split)


@pytest.mark.parametrize(
    ("counts", "settings", "facts"),
    [
        ((50, 50), {}, []),
        ((50, 50), {"batch_size": 100}, []),
        ((50, 50), {"batch_size": 101}, ["101", "100 images"]),
        ((50, 50), {"batch_size": 100, "validation": 0.1}, ["100", "90 images"]),
        ((9, 90), {}, []),
        ((9, 91), {}, ["'b'", "91", "'a'", "9", "class"]),
        ((9, 91), {"class_weights": True}, []),
        ((50, 0), {}, ["'b'"]),
        ((30, 0, 3), {}, ["'b'"]),
        ((50, 50), {"validation": 0.6}, ["60%", "40 images", "0.1"]),
        ((50, 50), {"validation": 0.02}, ["validation split", "2 images"]),
        ((50, 50), {"validation": 0.04}, []),
    ],
)
def test_unsuitable_data_are_reported(
    counts: tuple[int, ...], settings: dict[str, Any], facts: list[str]
) -> None:
    data, given = Counts(counts), Settings(**settings)
    names = data.info.class_names
    lines = list(advice_before(make_feeds(data.load(), given, names), given, names))
    assert len(lines) == bool(facts)
    assert all(fact in line for line in lines for fact in facts)


def test_test_images_that_lack_a_class_are_reported() -> None:
    train, names = Counts((30, 30, 30)).load().train, ("a", "b", "c")
    for count, facts in ((60, ["'c'", "test"]), (90, [])):
        test = Split(train.images[:count], train.labels[:count])
        feeds = make_feeds(Splits(train, test), Settings(), names)
        lines = list(advice_before(feeds, Settings(), names))
        assert len(lines) == bool(facts)
        assert all(fact in line for line in lines for fact in facts)


def result(
    *,
    tested: float = 0.8,
    one_class: bool = False,
    callbacks: str = "",
    optimizer: str = "",
    loss_name: str = "",
    normalize: bool = True,
    **history: Any,
) -> Result:
    """Return the result of a finished run on 1,000 test images of two classes."""
    run = zookit.open_run(small_run())
    labels = np.arange(1000) % 2
    wrong = np.arange(1000) < round(1000 * (1 - tested))
    predicted = np.zeros(1000, np.int64) if one_class else np.where(wrong, 1 - labels, labels)
    evaluation = Evaluation(
        labels,
        predicted,
        np.ones(1000, np.float32),
        np.zeros(0, int),
        np.zeros((0, 1, 1, 1), np.uint8),
    )
    experiment = run.experiment
    experiment = replace(experiment, settings=replace(experiment.settings, normalize=normalize))
    if callbacks:
        experiment = replace(
            experiment, callbacks=(zookit.registry.callbacks.build(callbacks).spec,)
        )
    if optimizer:
        experiment = replace(experiment, optimizer=optimizers.build(optimizer).spec)
    if loss_name:
        experiment = replace(experiment, loss=losses.build(loss_name).spec)
    logged = {"loss": (0.5, 0.4, 0.3), "accuracy": (0.7, 0.8, 0.82), **history}
    return Result(
        experiment=experiment,
        folder=run.folder,
        status="finished",
        history=logged,
        seconds=(1.0,) * len(logged["loss"]),
        metrics={"loss": 0.5, "accuracy": 0.5 if one_class else tested},
        environment={},
        model=None,
        evaluation=evaluation,
    )


@pytest.mark.parametrize(
    "normal",
    [
        {},
        {"accuracy": (0.7, 0.8, 0.849)},
        {"loss": (0.02, 0.01, 0.03)},
        {"val_loss": (0.5, 0.4, 0.6), "val_accuracy": (0.8, 0.8, 0.8)},
        {"val_loss": (0.40, 0.41, 0.42, 0.43), "val_accuracy": (0.8,) * 4},
        {"val_loss": (0.4, 0.5, 0.6, 0.7), "callbacks": "early_stopping:3"},
        # The loss of guessing is known for crossentropy alone.
        {"loss": (1.9, 1.85, 1.8), "loss_name": "poly:4"},
        {"loss": (0.71, 0.708, 0.709), "loss_name": "focal:alpha=1"},
    ],
)
def test_a_normal_result_needs_no_words(normal: dict[str, Any]) -> None:
    assert list(advice_after(result(**normal), NAMES)) == []


@pytest.mark.parametrize(
    ("wrong", "facts"),
    [
        ({"accuracy": (0.7, 0.8, 0.95)}, ["0.9500", "0.8000", "validation", "0.1"]),
        (
            {"tested": 0.5, "accuracy": (0.7, 0.8, 0.95)},
            ["0.9500", "0.5000", "overfits", "validation"],
        ),
        ({"one_class": True}, ["'a'", "0.5000", "0.001"]),
        ({"one_class": True, "loss": (3.0, 2.0, 1.0)}, ["'a'", "0.001"]),
        ({"loss": (0.5, 0.2, 0.6)}, ["0.2", "epoch 2", "0.6", "0.001"]),
        ({"loss": (1e6, 59.3, 52.9)}, ["52.9", "0.6931", "0.001"]),
        (
            {"loss": (30.1, 8.2, 5.5), "normalize": False},
            ["5.5", "0.6931", "divided by 255", "Leave out normalize=False"],
        ),
        ({"loss": (0.71, 0.708, 0.709)}, ["does not fall", "0.7100", "0.7090", "0.6931"]),
        (
            {"loss": (0.71, 0.709), "loss_name": "crossentropy:label_smoothing=0.1"},
            ["does not fall", "0.6931"],
        ),
        (
            {"loss": (0.7, 0.7), "optimizer": "adam:learning_rate=1e-12"},
            ["does not fall", "higher than 1e-12", "0.001"],
        ),
        (
            {"one_class": True, "optimizer": "adam:learning_rate=1e-12"},
            ["higher than 1e-12", "0.001"],
        ),
        (
            {"accuracy": (0.7, 0.8, 0.95), "optimizer": "adam:use_ema=true"},
            ["0.9500", "0.8000", "ema_momentum"],
        ),
        (
            {"val_loss": (0.5, 0.4, 0.5, 0.6), "val_accuracy": (0.8,) * 4},
            ["epoch 2", "0.4000", "0.6000", "early_stopping"],
        ),
    ],
)
def test_one_line_says_what_is_wrong(wrong: dict[str, Any], facts: list[str]) -> None:
    (line,) = advice_after(result(**wrong), NAMES)
    assert all(fact in line for fact in facts), line
    assert "\n" not in line


def test_few_test_images_prove_nothing() -> None:
    found = result()
    assert found.evaluation is not None
    few = replace(
        found,
        history={**found.history, "accuracy": (0.99,)},
        evaluation=replace(
            found.evaluation,
            labels=found.evaluation.labels[:20],
            predicted=found.evaluation.predicted[-20:],
        ),
    )
    assert list(advice_after(few, NAMES)) == []


def test_a_run_that_was_interrupted_or_failed_needs_no_words() -> None:
    found = replace(result(tested=0.5, one_class=True), status="interrupted", evaluation=None)
    assert list(advice_after(found, NAMES)) == []


def test_a_command_warns_on_stderr(zookit: Command) -> None:
    ended = zookit(
        "run", small_images(), "dense:4", "--epochs", "2", "--learning-rate", "100", "--json"
    )
    assert ended.code == 0
    assert ended.out.startswith("{")
    assert "--learning-rate" in ended.err


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Images that have nothing to do with their classes, so that they can only be learnt by heart.

    100 are for training, and 100 for the test.
    """
    folder, random = tmp_path_factory.mktemp("noise"), np.random.default_rng(0)
    for name in NAMES:
        (folder / name).mkdir()
        for at in range(100):
            pixels = random.integers(0, 256, (8, 8), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{at}.png")
    return f"image_folder:path={folder},size=8,grey=true,split=0.5"


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        (("--epochs", "30"), ["the training images", "overfits", "--validation 0.1"]),
        pytest.param(
            ("--epochs", "30", "--validation", "0.2"),
            ["the training images", "overfits"],
            marks=pytest.mark.slow,
        ),
        (("--epochs", "1", "--batch-size", "101"), ["101", "100 images"]),
        (("--epochs", "1", "--validation", "0.6"), ["60%", "40 images"]),
    ],
)
def test_a_command_says_what_the_numbers_do_not(
    zookit: Command, noise: str, options: tuple[str, ...], facts: list[str]
) -> None:
    small = () if "--batch-size" in options else ("--batch-size", "10")
    words = (noise, "dense:32,dropout=0.01", *small, "--learning-rate", "0.01")
    ended = zookit("run", *words, *options, "--json")
    assert ended.code == 0, ended
    lines = [line for line in ended.err.splitlines() if line.startswith("zookit: ")]
    assert any(all(fact in line for fact in facts) for line in lines), lines
    history = json.loads(ended.out)["history"]
    (listed,) = json.loads(zookit("runs", "--json").out)
    assert listed["training_accuracy"] == history["accuracy"][-1]


@pytest.mark.slow
def test_the_normal_case_is_silent(tmp_path: Path) -> None:
    """In a process of its own, where TensorFlow has not written its log lines before."""
    words = ["run", "fashion_mnist", "dense", "--data", "sample", "--quiet"]
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 0
    assert ended.stderr == ""
