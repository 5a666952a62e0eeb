"""Listeners: what they are told and when, and that none of them can cost or change a run."""

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
from made_plugins import make_distribution

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
from zookit.registry import Registry
from zookit.training.listeners import Listeners, Listening, chosen

if TYPE_CHECKING:
    from zookit.core.data import Source

HOOKS = ("run_started", "keras_callbacks", "epoch_ended", "run_finished", "run_failed")
MADE = f"{__name__}:listener.<locals>.Made"

TALKATIVE = '''
from dataclasses import dataclass
from typing import Annotated
from zookit.core import Doc, Listener, hookimpl, say

@dataclass(frozen=True)
class Talkative(Listener):
    """Says what it was told to."""

    text: Annotated[str, Doc("What to say.")] = "nothing"

    @hookimpl
    def run_started(self):
        say(f"talkative: {self.text}")

@dataclass(frozen=True)
class Breaking(Listener):
    """Fails in every hook."""

    exits: Annotated[bool, Doc("By SystemExit.")] = False

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
    """Where the distribution zookit-talk is installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    names = ("talkative", "breaking", "misspelt")
    points = "\n".join(f"{name} = zookit_talk:{name.title()}" for name in names)
    make_distribution(
        folder, "zookit-talk", {"zookit.listeners": points}, {"zookit_talk.py": TALKATIVE}
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr("zookit.training.listeners.default", Registry())  # looks anew
    yield folder
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
    """One made by hand that builds `hooks`, or raises it."""
    wanted = every_batch

    @dataclass(frozen=True)
    class Made(Listener):
        """Made for a test."""

        @property
        def every_batch(self) -> bool:
            return wanted

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
) -> Result:
    return zookit.run(
        Noise(),
        "dense:4,dropout=0.1",  # compiled by no XLA, which takes longer than the training
        callbacks,
        listeners=listeners,
        runs_dir=runs_dir,
        quiet=True,
        **{"epochs": 2, "batch_size": 4, **settings},
    )


def failures(err: str) -> list[str]:
    """What was said of listeners that failed."""
    return [line.removeprefix("zookit: ") for line in err.splitlines() if " failed in " in line]


class Notes:
    """Notes every hook with what it was given, and what its Keras callback is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        assert (run.folder / "experiment.toml").exists()
        self.heard.append(("run_started", run))

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> list[keras.callbacks.Callback]:
        self.heard.append(("keras_callbacks", run))
        return [
            keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: self.heard.append(("on_train_begin", None)),
                on_train_batch_end=lambda batch, logs: self.heard.append(("batch", batch)),
                on_epoch_end=lambda epoch, logs: self.heard.append(("on_epoch_end", epoch)),
            )
        ]

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        assert seconds > 0
        self.heard.append(("epoch_ended", (epoch, values)))

    @hookimpl
    def run_finished(self, result: Result) -> None:
        assert (result.folder / "metrics.json").exists()
        self.heard.append(("run_finished", result))

    @hookimpl
    def run_failed(self, result: Result, error: BaseException) -> None:
        self.heard.append(("run_failed", (result, error)))

    def names(self) -> list[str]:
        return [name for name, _ in self.heard if name != "batch"]


EPOCH = ["epoch_ended", "on_epoch_end"]


def test_a_run_is_told_from_beginning_to_end(tmp_path: Path) -> None:
    notes = Notes()
    result = train(tmp_path, listener(notes))
    begun = ["run_started", "keras_callbacks", "on_train_begin"]
    assert notes.names() == [*begun, *EPOCH, *EPOCH, "run_finished"]
    told = dict(notes.heard)
    assert told["run_started"] is told["keras_callbacks"]
    assert told["run_started"].folder == result.folder
    assert told["run_finished"] is result
    assert result.metrics
    epochs = [what for name, what in notes.heard if name == "epoch_ended"]
    assert [epoch for epoch, _ in epochs] == [1, 2]
    for name, values in result.history.items():
        assert tuple(told[name] for _, told in epochs) == values


def test_a_listener_is_called_for_every_batch_where_it_must_be(tmp_path: Path) -> None:
    seen = {}
    for every in (False, True):
        notes = Notes()
        result = train(tmp_path, listener(notes, every_batch=every), epochs=1)
        seen[every] = [what for name, what in notes.heard if name == "batch"]
        assert result.environment["runtime"]["steps_per_execution"] == (1 if every else 2)
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


def test_a_failure_is_told_with_its_error(tmp_path: Path) -> None:
    notes = Notes()
    with pytest.raises(OverflowError) as raised:
        train(tmp_path, listener(notes), callbacks=[Failed()], epochs=3)
    assert notes.names()[-2:] == ["epoch_ended", "run_failed"]
    result, error = notes.heard[-1][1]
    assert error is raised.value
    assert result.status == "failed"
    assert result.epochs == 2


class Interrupting:
    """Has the run interrupted in one of three ways."""

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
def test_an_interruption_is_told_as_a_run_that_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    notes = Notes()
    result = train(tmp_path, listener(Interrupting(how)), listener(notes), epochs=5)
    assert result.status == "interrupted"
    assert notes.heard[-1] == ("run_finished", result)
    assert result.epochs == 1
    assert failures(capsys.readouterr().err) == []


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "reason"),
    [("breaking", "RuntimeError: no more room"), ("breaking:exits=true", "SystemExit: 3")],
)
def test_one_that_fails_in_every_hook_is_reported_and_costs_nothing(
    zookit: Command, words: str, reason: str
) -> None:
    run = ("run", "mnist", "dense:4,dropout=0.1", "--data", "sample", "--epochs", "2", "--json")
    outcome = zookit(*run, "--with", words, "--with", "talkative:still here")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["status"] == "finished"
    # Once for each hook, though two epochs have ended.
    assert failures(outcome.err) == [
        f"listener 'breaking' of zookit-talk==1.0 failed in {hook} and was passed over: {reason}"
        for hook in HOOKS[:-1]
    ]
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
    """A Keras callback that fails in one method, with an attribute that only looks like one."""

    def fail(self: Any, *arguments: Any, **named: Any) -> None:
        assert self.on_fire is False
        called.append(method)
        raise SystemExit(method) if method == "on_epoch_end" else ValueError(method)

    return type("Failing", (keras.callbacks.Callback,), {"on_fire": False, method: fail})()


class Offering:
    """Offers what it was made with."""

    def __init__(self, offered: Any) -> None:
        self._offered = offered

    @hookimpl
    def keras_callbacks(self) -> Any:
        return self._offered


def test_keras_callbacks_that_fail_are_reported_once_and_training_is_the_same_to_the_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[str] = []
    offered = [failing_callback(method, called) for method in KERAS_METHODS]
    failing = train(tmp_path, listener(Offering(offered)), validation=0.2, epochs=3)
    assert sorted(called) == sorted(KERAS_METHODS)
    told = failures(capsys.readouterr().err)
    assert [re.sub(r".* failed in (\w+) and .*", r"\1", each) for each in told] == called
    assert all(each.startswith(f"listener '{MADE}' of this program ") for each in told)
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
def test_what_is_no_list_of_keras_callbacks_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], offered: Any, reason: str
) -> None:
    assert train(tmp_path, listener(Offering(offered)), epochs=1).status == "finished"
    (told,) = failures(capsys.readouterr().err)
    assert told.endswith(f"failed in keras_callbacks and was passed over: {reason}")


def test_keras_still_knows_which_methods_are_its_own() -> None:
    """It may call those of others on the side, which `_is_default` decides."""

    def end(self: Any, batch: int, logs: Any = None) -> None:
        pass

    own = type("Own", (keras.callbacks.Callback,), {"on_train_batch_end": end})
    listeners = Listeners([Listening.to(Offering([own()]), "it")])
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
    """Cannot say whether it must see every batch."""

    @property
    def every_batch(self) -> bool:
        raise ValueError("perhaps")


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (listener(Misspelt()), "a hook 'epoch_edned' that there is not. Did you mean 'epoch_ended"),
        (listener(Misnamed()), "a hook that does not fit: epoch_ended(epohc"),
        (listener(Unmarked()), "a method run_failed that is not marked with @zookit.core.hookimpl"),
        (listener(SimpleNamespace(run_started=print)), "a method run_started that is not marked"),
        (listener(object()), "listens to nothing: a object has none of the hooks run_started, "),
        (listener(None), "listens to nothing: a NoneType has none of the hooks"),
        (listener(ValueError("no key")), "cannot be set up: ValueError: no key."),
        (listener(SystemExit(1)), "cannot be set up: SystemExit: 1."),
        (Torn(), "cannot be set up: ValueError: perhaps."),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_cannot_listen_is_refused_before_anything_begins(
    tmp_path: Path, refused: Listener, message: str
) -> None:
    with pytest.raises(BrokenPlugin) as raised:
        train(tmp_path / "runs", refused)
    assert message in str(raised.value)
    assert str(raised.value).startswith(f"listener '{__name__}:")
    assert " of this program " in str(raised.value)
    assert not (tmp_path / "runs").exists()


def test_ctrl_c_while_a_listener_is_set_up_is_no_failure_of_its() -> None:
    with pytest.raises(KeyboardInterrupt):
        chosen([listener(KeyboardInterrupt())])


def test_a_hook_may_be_called_otherwise() -> None:
    assert Listening.to(Other(), "it").name == "it"


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
    assert ended.stderr.splitlines()[-1] == (
        "zookit: listener 'misspelt' of zookit-talk==1.0 implements a hook 'epoch_edned' that "
        f"there is not. Did you mean 'epoch_ended'? The hooks are: {', '.join(HOOKS)}. Tell that "
        "package's author."
    )
    assert re.search(r"\| +zookit.training.listeners$", ended.stderr, re.MULTILINE)
    assert not re.search(r"\| +(tensorflow|keras)$", ended.stderr, re.MULTILINE)


def texts(listening: list[Listening]) -> list[tuple[str, str]]:
    """Full names, and what their parameter came to."""
    return [
        (one.full_name, getattr(plugin, "text", ""))
        for one in listening
        for plugin in one.manager.get_plugins()
    ]


@pytest.mark.usefixtures("site")
def test_the_environments_listeners_are_switched_on_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen([]) == []
    monkeypatch.setenv("ZOOKIT_WITH", " talkative:always  zookit-talk/breaking\n")
    always = ("zookit-talk/talkative", "always")
    assert texts(chosen([])) == [always, ("zookit-talk/breaking", "")]
    assert texts(chosen(["breaking"])) == [("zookit-talk/breaking", ""), always]
    # What a person says now wins.
    assert texts(chosen(["talkative:now", "breaking"])) == [
        ("zookit-talk/talkative", "now"),
        ("zookit-talk/breaking", ""),
    ]


@pytest.mark.usefixtures("site")
def test_a_listener_that_cannot_be_had_says_where_it_was_named(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ("run", "mnist", "dense")
    named = zookit(*run, "--with", "talkatve").message()
    assert named.startswith("zookit: no listener named 'talkatve'. Did you mean 'talkative'?")
    twice = zookit(*run, "--with", "talkative", "--with", "zookit-talk/talkative:x").message()
    assert twice == "zookit: listener 'zookit-talk/talkative' is named twice. Name it once."
    monkeypatch.setenv("ZOOKIT_WITH", "talkatve")
    named = zookit(*run).message()
    assert named.startswith("zookit: ZOOKIT_WITH: no listener named 'talkatve'. Did you mean ")
    monkeypatch.setenv("ZOOKIT_WITH", "talkative talkative:x")
    assert zookit(*run).message() == twice


@pytest.mark.usefixtures("site")
def test_names_and_instances_listen_in_the_order_given_and_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZOOKIT_WITH", "breaking")
    one, two = Notes(), Notes()
    # Two of one class are two, where no entry point names it.
    result = train(tmp_path, listener(one), "talkative", listener(two), epochs=1)
    assert one.names() == two.names()
    names = [MADE, "zookit-talk/talkative", MADE, "zookit-talk/breaking"]
    environment = json.loads((result.folder / "environment.json").read_text())
    assert environment["listeners"] == result.environment["listeners"] == names
    # They are no part of what was trained.
    monkeypatch.setenv("ZOOKIT_WITH", "")
    assert train(tmp_path, epochs=1).environment["identity"] == environment["identity"]
    with pytest.raises(UnknownName, match="Dense is not a listener"):
        train(tmp_path, zookit.registry.architectures["dense"].load()())  # type: ignore[arg-type]


def test_one_listener_may_stand_by_itself(tmp_path: Path) -> None:
    notes = Notes()
    zookit.run(
        Noise(),
        "dense:4,dropout=0.1",
        listeners=listener(notes),
        runs_dir=tmp_path,
        epochs=1,
        quiet=True,
    )
    assert notes.names()[-1] == "run_finished"


class Refusing:
    @hookimpl
    def epoch_ended(self) -> None:
        raise RuntimeError("no more room")


def test_an_essential_listeners_failure_is_the_runs_once_all_were_told() -> None:
    notes = Notes()
    listeners = Listeners(
        [Listening.to(Refusing(), "the folder", essential=True), Listening.to(notes, "notes")]
    )
    with pytest.raises(RuntimeError, match="no more room"):
        listeners.tell("epoch_ended", epoch=1, values={}, seconds=0.1)
    assert notes.names() == ["epoch_ended"]
