"""Whatever the code of a plugin raises or returns, one line names the plugin and its package."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bad_plugins import plugins_here
from conftest import Command

import zookit
from zookit.core import BadParameter, Loss, ZookitError
from zookit.plugins import Focal
from zookit.registry.blame import values_refused
from zookit.testing.trial_training import Brightness, Shades

SHAPED = '''
"""Components that misbehave in the way that their parameter names."""

import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from zookit.core import Architecture, Callback, Dataset, DatasetInfo, Listener, Split, Splits
from zookit.core import hookimpl


class Unshowable(Exception):
    def __str__(self):
        raise RuntimeError("not even this")

    __repr__ = __str__


class Interrupts(KeyboardInterrupt):
    """Not Ctrl-C."""


class Ends(BaseException):
    """Not an Exception."""


def misbehave(how):
    if how == "exit":
        sys.exit(3)
    if how == "quit":
        exit()
    if how == "generator":
        raise GeneratorExit
    if how == "base":
        raise Ends("no more")
    if how == "interrupts":
        raise Interrupts
    if how == "unshowable":
        raise Unshowable


class Lazy:
    """Its attributes raise."""

    def __getattr__(self, name):
        raise Unshowable


def splits(**changed):
    labels = np.arange(12) % 3
    images = np.zeros((12, 8, 8, 1), np.uint8) + (80 * labels).astype(np.uint8).reshape(-1, 1, 1, 1)
    fields = {"images": images, "labels": labels, **changed}
    return Splits(Split(**fields), Split(**fields))


RETURNED = {
    "none": lambda: None,
    "list": lambda: [1, 2],
    "lazy": lambda: Lazy(),
    "lazy split": lambda: Splits(Lazy(), Lazy()),
    "float images": lambda: splits(images=np.zeros((12, 8, 8, 1))),
    "shape": lambda: splits(images=np.zeros((12, 8, 8), np.uint8)),
    "labels": lambda: splits(labels=np.arange(12)),
    "negative": lambda: splits(labels=np.arange(12) - 1),
    "no array": lambda: splits(labels=list(range(12))),
}
INFO = DatasetInfo((8, 8, 1), ("a", "b", "c"))
INFOS = {
    "info none": None,
    "info list": [1],
    "info shape": replace(INFO, image_shape=(8, 8)),
    "info names": replace(INFO, class_names=None),
}


@dataclass(frozen=True)
class Data(Dataset):
    """Images."""

    how: str = ""
    built: str = ""

    def __post_init__(self):
        misbehave(self.built)

    @property
    def info(self):
        if self.how.startswith("property "):
            misbehave(self.how.removeprefix("property "))
        return INFOS.get(self.how, INFO)

    def load(self, source):
        misbehave(self.how)
        return RETURNED.get(self.how, splits)()


@dataclass(frozen=True)
class Net(Architecture):
    """A body."""

    how: str = ""

    def preference(self, image_shape, batch_size):
        return None if self.how == "preference" else super().preference(image_shape, batch_size)

    def normalize(self, images):
        return None if self.how == "normalize" else super().normalize(images)

    def features(self, images):
        import keras

        misbehave(self.how)
        if self.how == "array":
            return np.zeros((1, 4), np.float32)
        if self.how == "other graph":
            return keras.layers.Flatten()(keras.Input((4,)))
        body = keras.layers.Flatten()(images)
        return {"none": None, "list": [body], "model": keras.Model}.get(self.how, body)


@dataclass(frozen=True)
class Back(Callback):
    """A callback."""

    how: str = ""

    def build(self):
        import keras

        misbehave(self.how.removeprefix("build "))
        if self.how in ("none", "class"):
            return {"none": None, "class": keras.callbacks.Callback}[self.how]
        hook = lambda epoch, logs=None: misbehave(self.how.removeprefix("hook "))
        return keras.callbacks.LambdaCallback(on_epoch_end=hook)


@dataclass(frozen=True)
class Ear(Listener):
    """A listener."""

    how: str = ""

    def build(self):
        misbehave(self.how.removeprefix("build "))
        return self

    @hookimpl
    def run_started(self):
        misbehave(self.how.removeprefix("hook "))
'''
RAISING = {
    "leaving": "raise SystemExit(3)",
    "quitting": "exit()",
    "generating": "raise GeneratorExit",
    "based": "class Ends(BaseException): pass\nraise Ends('no more')",
    "interrupting": "class Stop(KeyboardInterrupt): pass\nraise Stop",
    "unshowable": "class E(Exception):\n def __str__(self): raise E\n __repr__ = __str__\nraise E",
    "leaving_in_str": "class E(Exception):\n def __str__(self): exit(3)\nraise E",
}
GROUPS = {"datasets": "Data", "architectures": "Net", "callbacks": "Back", "listeners": "Ear"}
BASE = ("exit", "quit", "generator", "base", "interrupts")


@pytest.fixture(scope="module", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    points = {
        f"zookit.{group}": f"bad_{name.lower()} = zookit_bad:{name}"
        for group, name in GROUPS.items()
    }
    broken = "\n".join(f"{name} = bad_{name}:Net" for name in RAISING)
    points["zookit.architectures"] += f"\n{broken}"
    modules = {f"bad_{name}.py": source for name, source in RAISING.items()}
    folder = tmp_path_factory.mktemp("site")
    with plugins_here(folder, "zookit-bad", points, {"zookit_bad.py": SHAPED, **modules}):
        yield


def message_of(*components: Any, **options: Any) -> str:
    """The one line that a training raises."""
    with pytest.raises(ZookitError) as raised:
        zookit.run(*components, epochs=1, quiet=True, **options)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", RAISING)
def test_importing_a_plugin_may_raise_anything(zookit: Command, name: str) -> None:
    message = zookit("show", name).message()
    assert f"architecture '{name}' of zookit-bad==1.0" in message


@pytest.mark.parametrize("how", [*BASE, "unshowable"])
def test_creating_a_component_may_raise_anything(how: str) -> None:
    message = message_of(f"bad_data:built={how}", Brightness())
    assert "data set 'bad_data' of zookit-bad==1.0" in message


@pytest.mark.parametrize(
    ("words", "owner", "how"),
    [
        *(
            pytest.param(
                "bad_data:{} bad_net",
                "data set 'bad_data'",
                how,
                marks=[] if how in ("exit", "base") else [pytest.mark.slow],
            )
            for how in BASE
        ),
        ("bad_data bad_net:{}", "architecture 'bad_net'", "exit"),
        ("bad_data bad_net:{}", "architecture 'bad_net'", "base"),
        ("bad_data bad_net bad_back:build+{}", "callback 'bad_back'", "exit"),
        ("bad_data bad_net bad_back:hook+{}", "callback 'bad_back'", "exit"),
        ("bad_data bad_net bad_back:hook+{}", "callback 'bad_back'", "interrupts"),
    ],
)
def test_a_component_that_ends_the_program_is_named(words: str, owner: str, how: str) -> None:
    parts = [each.format(how).replace("+", " ") for each in words.split()]
    message = message_of(*parts)
    assert f"{owner} of zookit-bad==1.0" in message
    assert "zookit_bad.py:" in message


def test_a_component_of_the_user_that_ends_the_program_is_named() -> None:
    @dataclass(frozen=True)
    class Leaving(Shades):
        def load(self, source: Any) -> Any:
            raise SystemExit(4)

    message = message_of(Leaving(), Brightness())
    assert f"{__name__}:" in message
    assert message.endswith("Correct the class.")


def test_a_value_that_is_refused_has_the_line_unless_the_code_is_zookits() -> None:
    @dataclass(frozen=True)
    class Refusing(Loss):
        def build(self, classes: int) -> Any:
            raise ValueError(f"{classes} classes are too few.")

    refusing = Refusing()
    with pytest.raises(BadParameter) as raised, values_refused(refusing):
        refusing.build(2)
    assert f"Refusing: 2 classes are too few ({__file__}:" in str(raised.value)
    assert isinstance(raised.value.__cause__, ValueError)
    with pytest.raises(BadParameter, match=r"^focal: too few\.$"), values_refused(Focal()):
        raise ValueError("too few.")


def test_ctrl_c_and_other_errors_stay_what_they_are() -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is in the plugin
        zookit.run("bad_data:unshowable", "bad_net", quiet=True)
    assert type(raised.value).__name__ == "Unshowable"
    (note,) = raised.value.__notes__
    assert "data set 'bad_data' of zookit-bad==1.0" in note


def test_a_run_that_ends_by_an_error_without_text_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is in the plugin
        zookit.run("bad_data", "bad_net", "bad_back:hook unshowable", quiet=True)
    assert type(raised.value).__name__ == "Unshowable"
    assert "callback 'bad_back' of zookit-bad==1.0" in raised.value.__notes__[0]
    (run,) = zookit.list_runs()
    assert run.status == "failed"
    assert "cannot be shown" in (run.folder / "metrics.json").read_text()


RETURNED = ["none", "list", "float images", "shape", "labels", "negative", "no array"]
INFOS = ["info none", "info list", "info shape", "info names"]


@pytest.mark.parametrize("how", RETURNED + INFOS)
def test_a_data_set_that_returns_something_else_is_named(how: str) -> None:
    assert "data set 'bad_data' of zookit-bad==1.0" in message_of(f"bad_data:{how}", "bad_net")


def test_a_lazy_object_that_raises_is_named() -> None:
    assert "data set 'bad_data' of zookit-bad==1.0" in message_of("bad_data:lazy", "bad_net")
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is in the plugin
        zookit.run("bad_data:lazy split", "bad_net", quiet=True)
    assert "a plugin of zookit-bad==1.0" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    "how", ["none", "list", "model", "array", "other graph", "normalize", "preference"]
)
def test_an_architecture_that_returns_something_else_is_named(how: str) -> None:
    message = message_of("bad_data", f"bad_net:{how}")
    assert "architecture 'bad_net' of zookit-bad==1.0" in message


def test_normalize_is_expected_to_return_images() -> None:
    assert "(N, height, width, channels)" in message_of("bad_data", "bad_net:normalize")


@pytest.mark.parametrize("how", ["none", "class"])
def test_a_callback_that_builds_something_else_is_named(how: str) -> None:
    message = message_of("bad_data", "bad_net", f"bad_back:{how}")
    assert "callback 'bad_back' of zookit-bad==1.0" in message
    assert message.endswith("Report this to the author of zookit-bad.")


@pytest.mark.parametrize("how", ["exit", "generator", "unshowable"])
def test_a_listener_may_raise_anything(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = message_of("bad_data", "bad_net", listeners=f"bad_ear:build {how}")
    assert "listener 'bad_ear' of zookit-bad==1.0" in message
    run = zookit.run("bad_data", "bad_net", epochs=1, quiet=True, listeners=f"bad_ear:hook {how}")
    assert run.status == "finished"
    assert "listener 'bad_ear' of zookit-bad==1.0 failed in run_started" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["exit", "generator", "base"])
def test_commands_that_do_not_train_name_the_plugin_too(zookit: Command, how: str) -> None:
    shown = zookit("show", f"bad_data:property {how}")
    assert shown.code == 2
    (line,) = shown.err.splitlines()
    assert "data set 'bad_data' of zookit-bad==1.0" in line
