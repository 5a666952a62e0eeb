"""How a check reports, and `zookit check`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_plugins import plugins_here
from conftest import Command

from zookit.core import NotInstalled
from zookit.testing import Check, ContractBroken, NotApplicable, Target, targets


@pytest.fixture
def target() -> Target:
    (found,) = targets("dense:units=8")
    return found


def run(error: BaseException, target: Target) -> None:
    def does_not_raise(target: Target) -> None:
        """It raises nothing.

        Not even at night.
        """
        raise error

    check = Check(does_not_raise)
    assert check.name == "does not raise"
    assert check.contract == "It raises nothing. Not even at night."
    check.run(target)


@pytest.mark.parametrize("error", [ValueError("wrong"), SystemExit("wrong")])
def test_any_error_of_a_plugin_breaks_the_contract(error: BaseException, target: Target) -> None:
    with pytest.raises(ContractBroken) as raised:
        run(error, target)
    message = str(raised.value)
    assert message.startswith("architecture dense:units=8: ")
    assert f"{type(error).__name__}: wrong" in message
    assert message.endswith("The contract: It raises nothing. Not even at night.")


@pytest.mark.parametrize("error", [NotApplicable("no data"), NotInstalled("no data")])
def test_what_is_not_here_does_not_break_it(error: Exception, target: Target) -> None:
    with pytest.raises(NotApplicable, match="no data"):
        run(error, target)


def test_zookit_check_passes_a_correct_plugin(zookit: Command) -> None:
    outcome = zookit("check", "stop_at_loss")
    assert outcome.code == 0, outcome
    assert "0 failed" in outcome.out.splitlines()[-1]
    assert "zookit:" not in outcome.err


HELPER = """

def help_out():
    raise OSError("the leaves have fallen")
"""
RAISES = """
from dataclasses import dataclass
from zookit.core import Callback
from zookit_leaves.helper import help_out


@dataclass(frozen=True)
class Leaves(Callback):
    "Leaves."
    def build(self):
        return help_out()


@dataclass(frozen=True)
class Exits(Leaves):
    "Leaves."
    def build(self):
        raise SystemExit(7)
"""
POINTS = """leaves = zookit_leaves.back:Leaves
exits = zookit_leaves.back:Exits
typo = zookit_leaves.typo:Typo"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "zookit_leaves").mkdir()
    modules = {
        "zookit_leaves/__init__.py": "",
        "zookit_leaves/helper.py": HELPER,
        "zookit_leaves/back.py": RAISES,
        "zookit_leaves/typo.py": "x = 1\n\nclass Typo(:\n",
    }
    with plugins_here(folder, "zookit-leaves", {"zookit.callbacks": POINTS}, modules):
        yield folder / "zookit_leaves"


@pytest.mark.parametrize(
    ("name", "place", "error", "failed"),
    [
        ("leaves", "helper.py:4", "OSError: the leaves have fallen", 3),
        ("exits", "back.py:18", "SystemExit: 7", 3),
        ("typo", "typo.py:3", "SyntaxError", 1),
    ],
)
def test_an_error_is_shown_once_with_its_place_in_the_plugins_code(
    zookit: Command, site: Path, name: str, place: str, error: str, failed: int
) -> None:
    outcome = zookit("check", name)
    assert outcome.code == 1, outcome
    text = " ".join(outcome.out.split())
    assert text.count(f"{site / place}") == 1
    assert text.count(error) == 1
    assert f"{failed} failed" in text
    assert text.count("the same as 'builds fresh keras callbacks'") == failed - 1
    assert "Traceback" not in outcome.out
    assert f"zookit check --traceback {name}" in text


def test_a_traceback_is_shown_on_request(zookit: Command, site: Path) -> None:
    outcome = zookit("check", "--traceback", "leaves")
    assert outcome.code == 1
    assert outcome.out.count("Traceback (most recent call last)") == 1
    assert f'File "{site / "helper.py"}", line 4, in help_out' in outcome.out
