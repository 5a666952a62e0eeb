"""Components in a plain Python file: `FILE.py:Class`, `--plugin FILE` and ZOOKIT_PLUGINS."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from made_files import edit, here, write

from zookit.cli.completion import words_of
from zookit.core import AmbiguousName, BrokenPlugin, UnknownName, ZookitError
from zookit.registry import Components, Registry, default
from zookit.registry.blame import plugins_blamed
from zookit.testing.target import targets
from zookit.training.resolve import compose

__all__ = ["here"]

ALL = """
    from dataclasses import dataclass
    import keras
    import zookit.core
    from zookit import core
    from zookit.core import Architecture as Base, Callback
    from zookit.core import *
    from zookit.plugins import Dense
    from zookit.plugins.callbacks.stop_at_loss import StopAtLoss

    class _Shared(Base): pass
    class Net(_Shared): pass
    class HTTPNet(Net): pass
    class MyDense(Dense): pass
    class Stop(StopAtLoss): pass
    class Mine(Callback): pass
    class Score(core.Metric): pass
    class Data(zookit.core.Dataset): pass
    class Bent(Augmentation): pass
    class NotOurs(keras.callbacks.Callback): pass
    class Plain: pass
    class Ünet(Base): pass
    if True:
        class Hidden(Base): pass
"""

CALLBACK = """
    from dataclasses import dataclass
    from zookit.core import Callback

    @dataclass(frozen=True)
    class MyCb(Callback):
        epochs: int = 3

        def build(self): ...
"""
SCHEDULE = """
    from dataclasses import dataclass
    from zookit.core import Schedule

    @dataclass(frozen=True)
    class Inverse(Schedule):
        rate: float = 0.5

        def build(self, steps_per_epoch, epochs):
            from keras.optimizers.schedules import InverseTimeDecay

            return InverseTimeDecay(self.rate, steps_per_epoch, 1.0)
"""


def refused(text: str, group: Components[Any] | None = None) -> str:
    with pytest.raises(ZookitError) as caught:
        (group or default.architectures).build(text)
    return str(caught.value)


def test_a_class_in_a_file_is_a_component(here: Path) -> None:
    built = default.architectures.build("./net.py:MyNet:units=5")
    assert built.spec.name == "net.py/my_net"
    assert dict(built.spec.parameters) == {"units": 5}
    assert built.owner is not None
    assert built.owner.startswith("net.py==")
    assert "my_net" not in default.architectures  # only a file that is named offers plain names
    assert "net.py/my_net" in default.architectures


def test_the_components_are_a_mapping_after_a_class_was_added(here: Path) -> None:
    default.architectures.build("net.py:MyNet")
    assert "my_net" not in dict(default.architectures)
    assert len(default.architectures) == len(dict(default.architectures))
    with pytest.raises(UnknownName, match=r"Installed: .*net\.py/my_net"):
        default.architectures["other"]


def test_a_mistake_beside_a_class_in_a_file_is_corrected(zookit: Command, here: Path) -> None:
    message = zookit("run", "mnist", "./net.py:MyNet", "stop_at_lss:0.4").message()
    assert message.endswith("Run: zookit run mnist ./net.py:MyNet stop_at_loss:0.4")
    write(here, CALLBACK, "cb.py")
    message = zookit("run", "mnist", "dense", "./cb.py:MyCb", "stop_at_lss:0.4").message()
    assert message.endswith("Run: zookit run mnist dense ./cb.py:MyCb stop_at_loss:0.4")


@pytest.mark.parametrize("words", ["./s.py:Inverse", "s.py:Inverse:rate=0.1"])
def test_a_schedule_in_a_file_is_not_a_number(here: Path, words: str) -> None:
    write(here, SCHEDULE, "s.py")
    found = compose("mnist", "dense", (), {"learning_rate": words}).experiment.schedule
    assert found is not None
    assert found.name == "s.py/inverse"


@pytest.mark.parametrize("absolute", [True, False])
def test_a_file_that_is_named_offers_its_names(
    here: Path, monkeypatch: pytest.MonkeyPatch, absolute: bool
) -> None:
    default.add_file(here / "net.py" if absolute else "net.py")
    entry = default.architectures["my_net"]
    assert entry.summary == "My first net."
    assert entry.location == f"{here / 'net.py'}:MyNet"
    assert entry.module not in sys.modules
    monkeypatch.chdir("/")
    assert Registry().architectures["my_net"].owner == entry.owner
    assert entry.load().__name__ == "MyNet"


def test_the_variable_may_have_several_files_and_relative_paths(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here / "more", ALL, "all.py")
    monkeypatch.setenv("ZOOKIT_PLUGINS", os.pathsep.join(["net.py", "", "more/all.py"]))
    found = Registry()
    assert "my_net" in found.architectures
    monkeypatch.chdir("/")
    assert "my_net" in Registry().architectures
    assert "mine" in found.callbacks


def test_what_a_class_is_shows_in_the_source_alone(here: Path) -> None:
    before = set(sys.modules)
    default.add_file(write(here, ALL, "all.py"))
    names = {
        group.kind.plural: [each.name for each in group.entries() if each.declared.file]
        for group in default.groups()
    }
    assert {kind: found for kind, found in names.items() if found} == {
        "architectures": ["http_net", "my_dense", "net"],
        "callbacks": ["mine", "stop"],
        "datasets": ["data"],
        "metrics": ["score"],
        "augmentations": ["bent"],
    }
    new = set(sys.modules) - before
    assert not [each for each in new if each.startswith("zookit_plugin_file_")]


def test_an_edited_file_is_another_version(here: Path) -> None:
    first = default.architectures.build("net.py:MyNet")
    edit(here / "net.py", "= 8", "= 9")
    second = default.architectures.build("net.py:MyNet")
    assert (first.component.units, second.component.units) == (8, 9)  # type: ignore[attr-defined]
    assert first.owner != second.owner
    assert first.spec.name == second.spec.name
    assert not (here / "__pycache__").exists()


@pytest.mark.parametrize("imported", [True, False])
def test_an_edit_after_a_file_was_named_is_noticed(here: Path, imported: bool) -> None:
    default.add_file("net.py")
    entry = default.architectures["my_net"]
    if imported:
        default.architectures.build("my_net")
    edit(here / "net.py", "= 8", "= 9")
    with pytest.raises(BrokenPlugin, match=r"net\.py.*add_file"):
        default.architectures.build("my_net")
    if not imported:
        with pytest.raises(BrokenPlugin, match=r"net\.py"):
            entry.load()
    default.add_file("net.py")
    assert default.architectures.build("my_net").component.units == 9  # type: ignore[attr-defined]


def test_the_file_named_last_is_meant(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = write(here / "other")
    edit(other, "= 8", "= 9")
    monkeypatch.setenv("ZOOKIT_PLUGINS", str(here / "net.py"))
    default.add_file(other)
    assert default.architectures.build("my_net").component.units == 9  # type: ignore[attr-defined]
    built = default.architectures.build("net.py:MyNet")
    assert built.component.units == 8  # type: ignore[attr-defined]


def test_two_files_of_one_name_in_the_variable_are_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write(here / "other")
    edit(other, "= 8", "= 9")
    monkeypatch.setenv("ZOOKIT_PLUGINS", os.pathsep.join([str(here / "net.py"), str(other)]))
    (problem,) = Registry().problems
    assert problem.file == str(other)
    assert str(here / "net.py") in problem.reason


def test_a_name_that_is_installed_too_is_ambiguous(here: Path) -> None:
    edit(here / "net.py", "MyNet", "Dense")
    default.architectures.build("net.py:Dense")
    assert default.architectures.build("dense").owner.startswith("zookit==")  # type: ignore[union-attr]
    default.add_file("net.py")
    with pytest.raises(AmbiguousName, match=r"net\.py/dense or zookit/dense"):
        default.architectures.build("dense")


def test_two_classes_of_one_name_are_ambiguous(here: Path) -> None:
    with (here / "net.py").open("a") as file:
        file.write("\n\nclass My_Net(Architecture): pass\n")
    default.add_file("net.py")
    with pytest.raises(AmbiguousName, match=r"MyNet and My_Net.*Rename"):
        default.architectures.build("my_net")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("./net.py:MyNet:unit=4", ('Write "./net.py:MyNet:units=4".',)),
        ("./net.py:MyNet:0", ("units", "at least 1", "'./net.py:MyNet:0'")),
        ("./net.py:MyNet:units=3,4", ("'./net.py:MyNet:units=3,4'", "KEY=VALUE")),
        ("./net.py:MyNet:a=1", ("./net.py:MyNet: no parameter 'a'",)),
    ],
)
def test_an_error_names_the_class_as_it_was_written(
    zookit: Command, here: Path, words: str, parts: tuple[str, ...]
) -> None:
    message = refused(words)
    assert all(part in message for part in parts), message
    assert "net.py/my_net" not in message
    for command in (("show", words), ("run", "mnist", words)):
        assert "net.py/my_net" not in zookit(*command).message()


def test_the_command_that_explains_a_class_of_a_file_works(zookit: Command, here: Path) -> None:
    message = zookit("run", "mnist", "net.py:MyNet:many").message()
    assert message.endswith("zookit show net.py:MyNet")
    assert "Units." in zookit("show", "net.py:MyNet").out
    right = zookit("run", "mnist", "./net.py:MyNet:unit=4").message()
    assert right.endswith("Run: zookit run mnist ./net.py:MyNet:units=4")


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("net.py", "net.py:MyNet"),
        ("./net.py", "./net.py:MyNet"),
        ("net.py:units=5", "net.py:MyNet:units=5"),
        ("net.py:my_net", "net.py:MyNet"),
        ("net.py:mynet:units=5", "net.py:MyNet:units=5"),
        ("net.py:Net", "net.py:MyNet"),
    ],
)
def test_what_was_probably_meant_is_proposed(here: Path, words: str, instead: str) -> None:
    assert refused(words).endswith(f'Write "{instead}".')
    found = default.architectures.correction(words)
    assert found is not None
    assert found.instead == instead


def test_a_class_of_another_kind_is_refused(here: Path) -> None:
    message = refused("net.py:MyNet", default.callbacks)
    assert "an architecture, not a callback" in message
    edit(here / "net.py", "import Architecture", "import Metric as Architecture")
    assert "metrics=" in refused("net.py:MyNet")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("class MyNet", "class MyNet(", ("line", "Correct")),
        ("(Architecture)", "", ("MyNet", "inherits", "Architecture")),
        ("class MyNet", "class Other", ("'MyNet'", "Other")),
        ("@dataclass(frozen=True)\n", "", ("dataclass", "Correct")),
        ("def features", "def feature", ("features", "Correct")),
        ("from typing", "1 / 0\nfrom typing", ("ZeroDivisionError", "line 3", "Correct")),
        ("from typing", "raise SystemExit\nfrom typing", ("SystemExit", "Correct")),
        ("from typing", "import helper\nfrom typing", ("helper.py", "one file")),
        ("from keras", "import package; from keras", ("package", "one file")),
        ("from typing", "from . import helper\nfrom typing", ("imports .,", "one file")),
    ],
)
def test_a_file_that_is_wrong_is_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, parts: tuple[str, ...]
) -> None:
    monkeypatch.syspath_prepend(here)  # as the current folder is for python -m zookit
    (here / "helper.py").write_text("")
    write(here / "package", "", "__init__.py")
    edit(here / "net.py", old, new)
    message = refused("net.py:MyNet")
    assert "net.py" in message
    assert "\n" not in message
    assert "zookit_plugin_file" not in message
    for each in parts:
        assert each in message


@pytest.mark.parametrize("name", ["my net.py", "-.py", "net.txt.py/", ".py", "ne\u0301t.py"])
def test_a_name_that_cannot_be_a_distributions_is_refused(here: Path, name: str) -> None:
    with pytest.raises(BrokenPlugin):
        default.add_file(here / name)


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "large", "empty", "binary"])
def test_what_is_no_python_file_is_refused_at_once(here: Path, kind: str) -> None:
    path = here / "odd.py"
    match kind:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "large":
            with path.open("wb") as file:
                file.truncate(2 << 30)
        case "empty":
            path.touch()
        case "binary":
            path.write_bytes(b"\0\xff")
    with pytest.raises(BrokenPlugin, match=r"odd\.py"):
        default.add_file(path)
    assert os.environ["ZOOKIT_PLUGINS"] == ""


def test_a_path_with_the_separator_is_refused(here: Path) -> None:
    path = write(here / f"a{os.pathsep}b")
    with pytest.raises(BrokenPlugin, match="separates"):
        default.add_file(path)


@pytest.mark.parametrize("content", ["x = 1\n", "class", None])
def test_the_doctor_examines_a_file_that_any_other_command_refuses(
    here: Path, zookit: Command, content: str | None
) -> None:
    if content is not None:
        (here / "odd.py").write_text(content)
    assert "odd.py" in zookit("--plugin", "odd.py", "list").message()
    assert not default.problems
    assert "--timeout" in zookit("--plugin", "odd.py", "doctor", "--timeout", "0").message()
    (problem,) = default.problems
    assert problem.distribution == "odd.py"
    assert "dense" in default.architectures


def test_a_file_that_is_offered_names_no_class(here: Path, zookit: Command) -> None:
    write(here)
    message = zookit("--plugin", "net.py:Net", "run", "mnist", "dense").message()
    assert "net.py:Net names a class" in message
    with pytest.raises(UnknownName, match=r"add_file: .* Or write net\.py\.$"):
        default.add_file("net.py:Net")


def test_a_file_in_the_variable_that_is_wrong_hurts_nothing_else(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "net.py").write_text("class")
    monkeypatch.setenv("ZOOKIT_PLUGINS", str(here / "net.py"))
    found = Registry()
    assert "dense" in found.architectures
    (problem,) = found.problems
    assert problem.distribution == "net.py"
    with pytest.raises(UnknownName, match=r"net\.py.*not valid Python.*ZOOKIT_PLUGINS"):
        found.architectures.build("my_net")
    with pytest.raises(UnknownName, match=r"net\.py.*not valid Python"):
        found.architectures.build("net.py/my_net")


def test_a_drive_of_windows_is_part_of_the_path(here: Path) -> None:
    assert r"C:\\net.py' cannot be the name of a file" in refused(r"C:\net.py:Net")


def test_a_value_that_ends_like_a_file_is_no_file(here: Path) -> None:
    assert "no parameter" in refused("dense:path=net.py:MyNet")
    assert "not named" in refused("other.py/net")


def test_completion_and_list_do_not_import_the_file(zookit: Command, here: Path) -> None:
    edit(here / "net.py", "from typing", "open('imported', 'w')\nfrom typing")
    found = zookit("--plugin", "net.py", "list", "architectures")
    assert "my_net" in found.out
    assert "My first net." in found.out
    script = (
        "import os, sys; sys.argv = ['zookit'];"
        "from zookit.cli.completion import words_of; print(*words_of('architectures')('my'))"
    )
    offered = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "ZOOKIT_PLUGINS": "net.py"},
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "my_net" in offered.stdout.split()
    assert not (here / "imported").exists()


def test_completion_knows_the_classes_of_a_file(here: Path) -> None:
    write(here, ALL, "all.py")
    assert set(words_of("callbacks")("./all.py:")) == {"./all.py:Mine", "./all.py:Stop"}
    assert words_of("architectures")("net.py:My") == ["net.py:MyNet"]
    assert "net.py:MyNet:units=" in words_of("architectures")("net.py:MyNet:u")
    assert words_of("architectures")("none.py:My") == []


def test_an_error_in_a_file_names_its_line_and_nobody_to_report_to(here: Path) -> None:
    edit(here / "net.py", "def features", "def check(self, shape): 1 / 0\n    def features")
    component = default.architectures.build("net.py:MyNet").component
    with pytest.raises(ZeroDivisionError) as raised, plugins_blamed():
        component.check((8, 8, 1))
    (note,) = raised.value.__notes__
    assert f"{here / 'net.py'}:" in note
    assert "my_net" in note
    assert note.endswith("Correct the file.")


def test_check_takes_a_file(here: Path) -> None:
    for name in ("net.py", "./net.py", "net.py:MyNet:units=3"):
        (target,) = targets(name)
        assert target.entry.full_name == "net.py/my_net"
    assert dict(target.words.items) == {"units": "3"}


def test_two_files_of_one_name_cannot_both_be_named(zookit: Command, here: Path) -> None:
    other = write(here / "other")
    message = zookit("--plugin", "net.py", "--plugin", other, "list").message()
    assert "two files are named net.py" in message


def test_show_takes_a_class_of_a_file(zookit: Command, here: Path) -> None:
    shown = zookit("show", "./net.py:MyNet:units=3")
    assert shown.code == 0
    assert "My first net." in shown.out
    assert f"{here / 'net.py'}:MyNet" in shown.out
    assert zookit("--plugin", "net.py", "show", "my_net").out == shown.out


def test_the_option_with_what_is_no_file_is_one_line(zookit: Command, here: Path) -> None:
    assert "none.py" in zookit("--plugin", "none.py", "list").message()
    (here / "net.py").write_text("x = 1")
    assert "no component" in zookit("--plugin", "net.py", "list").message()


@pytest.mark.parametrize("listed", [True, False])
def test_start_up_reads_no_source_unless_a_file_is_named(here: Path, listed: bool) -> None:
    script = (
        "import sys; from zookit.registry import default; list(default.architectures);"
        "print('zookit.registry.plugin_files' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "ZOOKIT_PLUGINS": "net.py" * listed},
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == str(listed)
