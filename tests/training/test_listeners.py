"""Listeners: when their hooks are called, and that none of them can fail or change a run."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from conftest import Command
from edited_plugin import forget_plugins
from made_plugins import make_distribution
from small_runs import DENSE

import zookit
from zookit.core import (
    BrokenPlugin,
    Callback,
    Dataset,
    DatasetInfo,
    Listener,
    Result,
    RunContext,
    Split,
    Splits,
    UnknownName,
    hookimpl,
)
from zookit.plugins import Dense
from zookit.training.listeners import AttachedListener, Listeners, select_listeners

if TYPE_CHECKING:
    from zookit.core.data import Source

HOOKS = ("run_started", "keras_callbacks", "epoch_ended", "run_finished", "run_failed")
MADE = f"{__name__}:listener.<locals>.Made"
SETTINGS: dict[str, Any] = {"batch_size": 4, "quiet": True}

TALKATIVE = '''
from dataclasses import dataclass
from typing import Annotated
from zookit.core import Doc, Listener, hookimpl, say

@dataclass(frozen=True)
class Talkative(Listener):
    """Writes a text when a run starts."""

    text: Annotated[str, Doc("The text.")] = "nothing"

    @hookimpl
    def run_started(self):
        say(f"talkative: {self.text}")

@dataclass(frozen=True)
class Breaking(Listener):
    """Fails in every hook."""

    exits: Annotated[bool, Doc("With SystemExit.")] = False

    @hookimpl
    def run_started(self):
        raise self.error

    @hookimpl
    def keras_callbacks(self):
        raise self.error

    @hookimpl
    def epoch_ended(self):
        raise self.error

    @hookimpl
    def run_finished(self):
        raise self.error

    @property
    def error(self):
        return SystemExit(3) if self.exits else RuntimeError("no more room")

@dataclass(frozen=True)
class Misspelt(Listener):
    """Misspells a hook."""

    @hookimpl
    def epoch_edned(self, epoch):
        pass
'''


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder where the distribution zookit-talk is installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    names = ("talkative", "breaking", "misspelt")
    points = "\n".join(f"{name} = zookit_talk:{name.title()}" for name in names)
    make_distribution(
        folder, "zookit-talk", {"zookit.listeners": points}, {"zookit_talk.py": TALKATIVE}
    )
    monkeypatch.syspath_prepend(folder)
    forget_plugins()
    yield folder
    forget_plugins()
    sys.modules.pop("zookit_talk", None)


@dataclass(frozen=True)
class Noise(Dataset):
    """Dark noise and bright noise."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((4, 4, 1), ("dark", "bright"))

    def load(self, source: "Source") -> Splits:
        labels = np.arange(100) % 2
        noise = np.random.default_rng(0).integers(0, 200, (100, 4, 4, 1))
        split = Split((noise + 40 * labels.reshape(-1, 1, 1, 1)).astype(np.uint8), labels)
        return Splits(split, split)


def listener(hooks: object, *, every_batch: bool = False) -> Listener:
    """Return a listener component that builds `hooks`, or raises it."""
    every = every_batch

    @dataclass(frozen=True)
    class Made(Listener):
        """Builds the hooks."""

        @property
        def every_batch(self) -> bool:
            return every

        def build(self) -> object:
            if isinstance(hooks, BaseException):
                raise hooks
            return hooks

    return Made()


def train(
    runs_dir: Path,
    *listeners: str | Listener,
    callbacks: Sequence[Callback] = (),
    **settings: Any,
) -> zookit.Run:
    return zookit.run(
        Noise(),
        DENSE,
        callbacks,
        listeners=listeners,
        runs_dir=runs_dir,
        **{"epochs": 2, **SETTINGS, **settings},
    )


def failures(err: str) -> list[str]:
    """Return the messages about listeners that failed."""
    return [line.removeprefix("zookit: ") for line in err.splitlines() if " failed in " in line]


class Notes:
    """Notes every hook with its argument, and the calls of its Keras callback."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        assert (run.folder / "experiment.toml").exists()
        self.calls.append(("run_started", run))

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> list[keras.callbacks.Callback]:
        self.calls.append(("keras_callbacks", run))
        return [
            keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: self.calls.append(("on_train_begin", None)),
                on_train_batch_end=lambda batch, logs: self.calls.append(("batch", batch)),
                on_epoch_end=lambda epoch, logs: self.calls.append(("on_epoch_end", epoch)),
            )
        ]

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        assert seconds > 0
        self.calls.append(("epoch_ended", (epoch, values)))

    @hookimpl
    def run_finished(self, result: Result) -> None:
        assert (result.folder / "metrics.json").exists()
        self.calls.append(("run_finished", result))

    @hookimpl
    def run_failed(self, result: Result, error: BaseException) -> None:
        self.calls.append(("run_failed", (result, error)))

    def names(self) -> list[str]:
        return [name for name, _ in self.calls if name != "batch"]


EPOCH = ["epoch_ended", "on_epoch_end"]


def test_the_hooks_of_a_run_are_called_in_order(tmp_path: Path) -> None:
    notes = Notes()
    run = train(tmp_path, listener(notes))
    start = ["run_started", "keras_callbacks", "on_train_begin"]
    assert notes.names() == [*start, *EPOCH, *EPOCH, "run_finished"]
    arguments = dict(notes.calls)
    context, result = arguments["run_started"], arguments["run_finished"]
    assert context is arguments["keras_callbacks"]
    assert context.folder == result.folder == run.folder
    assert context.experiment == run.experiment
    assert context.environment == run.environment.plain()
    assert "parameters" in context.summary
    assert result.metrics == run.metrics
    assert result.history == run.history
    epochs = [argument for name, argument in notes.calls if name == "epoch_ended"]
    assert [epoch for epoch, _ in epochs] == [1, 2]
    for name, values in run.history.items():
        assert tuple(given[name] for _, given in epochs) == values


def test_a_listener_sees_every_batch_if_it_must(tmp_path: Path) -> None:
    seen = {}
    for every in (False, True):
        notes = Notes()
        run = train(tmp_path, listener(notes, every_batch=every), epochs=1)
        seen[every] = [argument for name, argument in notes.calls if name == "batch"]
        assert run.environment.runtime.steps_per_execution == (1 if every else 2)
    assert seen[True] == list(range(25))
    assert len(seen[False]) == 13


@dataclass(frozen=True)
class Failed(Callback):
    """Fails in the second epoch."""

    def build(self) -> keras.callbacks.Callback:
        def fail(epoch: int, logs: Any) -> None:
            if epoch == 1:
                raise OverflowError("too much")

        return keras.callbacks.LambdaCallback(on_epoch_end=fail)


def test_a_failure_is_passed_on_with_its_error(tmp_path: Path) -> None:
    notes = Notes()
    with pytest.raises(OverflowError) as raised:
        train(tmp_path, listener(notes), callbacks=[Failed()], epochs=3)
    assert notes.names()[-2:] == ["epoch_ended", "run_failed"]
    result, error = notes.calls[-1][1]
    assert error is raised.value
    assert result.status == "failed"
    assert result.epochs == 2


class Interrupting:
    """Interrupts the run in one of three ways."""

    def __init__(self, how: str) -> None:
        self._how = how

    @hookimpl
    def keras_callbacks(self) -> list[keras.callbacks.Callback]:
        def interrupt(epoch: int, logs: Any) -> None:
            if self._how == "signal":
                signal.raise_signal(signal.SIGTERM)
            if self._how == "callback":
                raise KeyboardInterrupt

        return [keras.callbacks.LambdaCallback(on_epoch_end=interrupt)]

    @hookimpl
    def epoch_ended(self) -> None:
        if self._how == "hook":
            raise KeyboardInterrupt


@pytest.mark.parametrize("how", ["signal", "callback", "hook"])
def test_an_interrupted_run_calls_run_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    notes = Notes()
    run = train(tmp_path, listener(Interrupting(how)), listener(notes), epochs=5)
    assert run.status == "interrupted"
    name, result = notes.calls[-1]
    assert (name, result.status) == ("run_finished", "interrupted")
    assert run.epochs == result.epochs == 1
    assert failures(capsys.readouterr().err) == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "reason"),
    [("breaking", "RuntimeError: no more room"), ("breaking:exits=true", "SystemExit: 3")],
)
def test_a_listener_that_fails_in_every_hook_is_reported_once_for_each(
    zookit: Command, images: str, words: str, reason: str
) -> None:
    run = ("run", images, DENSE, "--batch-size", "32", "--epochs", "2", "--json")
    outcome = zookit(*run, "--with", words, "--with", "talkative:still here")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["status"] == "finished"
    # Once for each hook, although two epochs have ended.
    lines = failures(outcome.err)
    assert [hook for hook in HOOKS for line in lines if f" in {hook} " in line] == list(HOOKS[:-1])
    assert len(lines) == len(HOOKS) - 1
    owner = "listener 'breaking' of zookit-talk==1.0 "
    assert all(line.startswith(owner) and line.endswith(reason) for line in lines)
    assert "zookit: talkative: still here" in outcome.err


KERAS_METHODS = (
    "set_params",
    "set_model",
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_batch_end",
    "on_epoch_end",
    "on_train_end",
)


def failing_callback(method: str, called: list[str]) -> keras.callbacks.Callback:
    """Return a Keras callback that fails in one method; its `on_fire` is no method."""

    def fail(self: Any, *arguments: Any, **named: Any) -> None:
        assert self.on_fire is False
        called.append(method)
        raise SystemExit(method) if method == "on_epoch_end" else ValueError(method)

    return type("Failing", (keras.callbacks.Callback,), {"on_fire": False, method: fail})()


class Offering:
    """Offers what it is given."""

    def __init__(self, offered: Any) -> None:
        self._offered = offered

    @hookimpl
    def keras_callbacks(self) -> Any:
        return self._offered


def test_keras_callbacks_that_fail_are_reported_once_and_change_no_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[str] = []
    offered = [failing_callback(method, called) for method in KERAS_METHODS]
    failing = train(tmp_path, listener(Offering(offered)), validation=0.2, epochs=3)
    assert sorted(called) == sorted(KERAS_METHODS)
    lines = failures(capsys.readouterr().err)
    assert [re.sub(r".* failed in (\w+) and .*", r"\1", each) for each in lines] == called
    assert all(each.startswith(f"listener '{MADE}' of this program ") for each in lines)
    alone = train(tmp_path, validation=0.2, epochs=3)
    for file in ("history.csv", "weights.safetensors"):
        assert (failing.folder / file).read_bytes() == (alone.folder / file).read_bytes()


def raising() -> Iterator[keras.callbacks.Callback]:
    yield keras.callbacks.Callback()
    raise ValueError("no second one")


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (keras.callbacks.Callback(), "TypeError: 'Callback' object is not iterable"),
        ([print], "TypeError: <built-in function print> is not a keras.callbacks.Callback"),
        (raising(), "ValueError: no second one"),
    ],
    ids=["one", "others", "generator"],
)
def test_anything_but_a_list_of_keras_callbacks_is_reported(
    caplog: pytest.LogCaptureFixture, offered: Any, reason: str
) -> None:
    listeners = Listeners([AttachedListener.attach(Offering(offered), "it")])
    assert len(listeners.keras_callbacks(run=None)) == 0
    (line,) = caplog.messages
    assert line.startswith("it failed in keras_callbacks ")
    assert line.endswith(reason)


def test_keras_still_sees_which_methods_are_overridden() -> None:
    """It looks at `_is_default`, and may call overridden methods asynchronously."""

    def end(self: Any, batch: int, logs: Any = None) -> None:
        pass

    own = type("Own", (keras.callbacks.Callback,), {"on_train_batch_end": end})
    listeners = Listeners([AttachedListener.attach(Offering([own()]), "it")])
    (guarded,) = listeners.keras_callbacks(run=None)
    methods = [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]
    marked = {name for name in methods if getattr(getattr(guarded, name), "_is_default", False)}
    plain = own()
    assert marked == {name for name in methods if hasattr(getattr(plain, name), "_is_default")}
    assert "on_epoch_end" in marked
    assert "on_train_batch_end" not in marked


class Misspelt:
    @hookimpl
    def epoch_edned(self, epoch: int) -> None:
        pass


class Misnamed:
    @hookimpl
    def epoch_ended(self, epohc: int) -> None:
        pass


class Unmarked(Notes):
    def run_failed(self, result: Result, error: BaseException) -> None:
        pass


class Other:
    @hookimpl(specname="epoch_ended")
    def take(self, epoch: int) -> None:
        pass


@dataclass(frozen=True)
class Torn(Listener):
    """Raises when asked whether it must see every batch."""

    @property
    def every_batch(self) -> bool:
        raise ValueError("perhaps")


@pytest.mark.parametrize(
    ("refused", "facts"),
    [
        (listener(Misspelt()), ["'epoch_edned'", "Did you mean 'epoch_ended'?"]),
        (listener(Misnamed()), ["epoch_ended(epohc"]),
        (listener(Unmarked()), ["run_failed", "@zookit.core.hookimpl"]),
        (listener(SimpleNamespace(run_started=print)), ["run_started", "@zookit.core.hookimpl"]),
        (listener(object()), ["object", "run_started, "]),
        (listener(None), ["NoneType"]),
        (listener(ValueError("no key")), ["ValueError: no key"]),
        (listener(SystemExit(1)), ["SystemExit: 1"]),
        (Torn(), ["ValueError: perhaps"]),
    ],
    ids=["unknown", "arguments", "unmarked", "instance", "none", "None", "raises", "exits", "torn"],
)
def test_a_listener_that_does_not_fit_is_refused_before_anything_starts(
    tmp_path: Path, refused: Listener, facts: list[str]
) -> None:
    with pytest.raises(BrokenPlugin) as raised:
        train(tmp_path / "runs", refused)
    assert all(fact in str(raised.value) for fact in facts), raised.value
    assert str(raised.value).startswith(f"listener '{__name__}:")
    assert " of this program" in str(raised.value)
    assert not (tmp_path / "runs").exists()


def test_ctrl_c_while_a_listener_is_set_up_is_not_its_failure() -> None:
    with pytest.raises(KeyboardInterrupt):
        select_listeners([listener(KeyboardInterrupt())])


def test_a_hook_may_have_another_name() -> None:
    assert AttachedListener.attach(Other(), "it").name == "it"


def test_a_misspelt_hook_is_refused_before_tensorflow_is_imported(site: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "zookit", "run", "mnist", "dense"]
    ended = subprocess.run(
        [*command, "--with", "misspelt"],
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    message = ended.stderr.splitlines()[-1]
    assert message.startswith("zookit: listener 'misspelt' of zookit-talk==1.0 ")
    assert "Did you mean 'epoch_ended'?" in message
    assert re.search(r"\| +zookit.training.listeners$", ended.stderr, re.MULTILINE)
    assert not re.search(r"\| +(tensorflow|keras)$", ended.stderr, re.MULTILINE)


def texts(attached: list[AttachedListener]) -> list[tuple[str, str]]:
    """Return the full names, and the parameter of each."""
    return [
        (one.full_name, getattr(plugin, "text", ""))
        for one in attached
        for plugin in one.manager.get_plugins()
    ]


@pytest.mark.usefixtures("site")
def test_the_environment_variable_adds_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    assert select_listeners([]) == []
    monkeypatch.setenv("ZOOKIT_WITH", " talkative:always  zookit-talk/breaking\n")
    always = ("zookit-talk/talkative", "always")
    assert texts(select_listeners([])) == [always, ("zookit-talk/breaking", "")]
    assert texts(select_listeners(["breaking"])) == [("zookit-talk/breaking", ""), always]
    # What is given for this run takes precedence.
    assert texts(select_listeners(["talkative:now", "breaking"])) == [
        ("zookit-talk/talkative", "now"),
        ("zookit-talk/breaking", ""),
    ]


@pytest.mark.usefixtures("site")
def test_an_unknown_listener_says_where_it_was_given(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("run", "mnist", "dense")
    message = zookit(*run, "--with", "talkatve").message()
    assert "'talkatve'" in message
    assert "talkative" in message
    assert "ZOOKIT_WITH" not in message
    twice = zookit(*run, "--with", "talkative", "--with", "zookit-talk/talkative:x").message()
    assert "'zookit-talk/talkative' is given twice" in twice
    monkeypatch.setenv("ZOOKIT_WITH", "talkatve")
    assert zookit(*run).message().startswith("zookit: ZOOKIT_WITH: no listener named 'talkatve'")
    monkeypatch.setenv("ZOOKIT_WITH", "talkative talkative:x")
    assert zookit(*run).message() == twice


@pytest.mark.usefixtures("site")
def test_names_and_instances_are_attached_in_order_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_WITH", "breaking")
    one, two = Notes(), Notes()
    # A class that no entry point names may be given twice.
    run = train(tmp_path, listener(one), "talkative", listener(two), epochs=1)
    assert one.names() == two.names()
    names = [MADE, "zookit-talk/talkative", MADE, "zookit-talk/breaking"]
    assert list(run.environment.listeners) == names
    # They are not part of the experiment.
    monkeypatch.setenv("ZOOKIT_WITH", "")
    single = zookit.run(
        Noise(), DENSE, listeners=listener(one), runs_dir=tmp_path, epochs=1, **SETTINGS
    )
    assert single.environment.identity == run.environment.identity
    with pytest.raises(UnknownName, match="Dense is not a listener"):
        train(tmp_path, Dense())  # type: ignore[arg-type]


class Refusing:
    @hookimpl
    def epoch_ended(self) -> None:
        raise RuntimeError("no more room")


def test_an_error_of_an_essential_listener_is_raised_after_all_were_called() -> None:
    notes = Notes()
    listeners = Listeners(
        [
            AttachedListener.attach(Refusing(), "the folder", essential=True),
            AttachedListener.attach(notes, "notes"),
        ]
    )
    with pytest.raises(RuntimeError, match="no more room"):
        listeners.notify("epoch_ended", epoch=1, values={}, seconds=0.1)
    assert notes.names() == ["epoch_ended"]
