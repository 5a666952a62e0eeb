"""Commands that other packages add to `zookit`, correct and broken, each in its own process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_server import CommandServer, command_server
from conftest import Outcome
from made_plugins import make_distribution

HELLO = '''
"""Commands."""

import sys
from typing import Annotated

import typer

from zookit.core import DataError

print("hello.py is imported", file=sys.stderr)


def hello(
    name: Annotated[str, typer.Argument(help="Whom to greet.")],
    times: Annotated[int, typer.Option(help="How often.", min=1)] = 1,
) -> bool:
    """Greet somebody."""
    print(f"Hello, {name}!\\n" * times, end="")
    return True


def run() -> None:
    """Run, but not as zookit does."""
    print("another run")


def shared() -> None:
    """A name that two have."""
    print("shared of hello")


def ending(how: str) -> int:
    """End in many ways."""
    if how == "refused":
        raise DataError("the leaves\\nhave fallen.")
    if how == "coloured":
        print("\\x1b[31mred")
        raise DataError("not \\x1b[31mred")
    if how == "exited":
        raise typer.Exit(3)
    if how == "left":
        sys.exit(4)
    if how == "defect":
        raise RuntimeError("a defect")
    if how == "array":
        import numpy

        return numpy.zeros(2)
    return 5


tools = typer.Typer(help="Many tools.")


@tools.command()
def saw(length: int) -> None:
    """Saw something off."""
    print(f"sawn at {length}")


@tools.command()
def plane() -> None:
    """Make it smooth."""


alone = typer.Typer()


@alone.command()
def only(word: str) -> None:
    """All that this app does."""
    print(f"only {word}")
'''

ODD = '''
"""Objects that are not valid for Typer."""

import typer


def typed(strange: "Nowhere") -> None:
    """Take what nobody knows."""


empty = typer.Typer()
number = 3
'''


Installed = Callable[..., Outcome]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three packages with commands, those of the last one broken."""
    site = tmp_path_factory.mktemp("site")
    names = ("hello", "run", "shared", "ending", "tools", "alone")
    make_distribution(
        site,
        "zookit-hello",
        {"zookit.commands": "\n".join(f"{name} = hello:{name}" for name in names)},
        {"hello.py": HELLO},
    )
    make_distribution(
        site,
        "zookit-other",
        {"zookit.commands": "shared = other:shared"},
        {"other.py": "def shared() -> None:\n    print('shared of other')\n"},
    )
    odd = ("typed", "empty", "number", "missing")
    lines = [f"{name} = odd:{name}" for name in odd]
    make_distribution(
        site,
        "zookit-odd",
        {"zookit.commands": "\n".join([*lines, "broken = broken_module:main"])},
        {"odd.py": ODD, "broken_module.py": "raise RuntimeError('no\\nluck')"},
    )
    return site


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[CommandServer]:
    with command_server(site) as server:
        yield server


@pytest.fixture
def installed(server: CommandServer, tmp_path: Path) -> Installed:
    """The command line, with these packages installed."""

    def call(*arguments: str, **variables: str) -> Outcome:
        ended = server.run(*arguments, cwd=tmp_path, **variables)
        return Outcome(ended.code, ended.out, ended.err)

    return call


def test_show_says_that_a_command_has_help(installed: Installed) -> None:
    message = installed("show", "saw").message()
    assert "zookit list" in message
    message = installed("show", "hello").message()
    assert "'hello' is a command of zookit-hello==1.0" in message
    assert message.endswith("Run: zookit hello --help")


def test_help_lists_commands_by_owner_without_importing_them(installed: Installed) -> None:
    shown = installed("--help")
    assert shown.code == 0
    assert not shown.err
    own, *others = shown.out.split("\nCommands of ")
    assert "\n  run " in own
    hello, odd, other = sorted(others)
    assert hello.startswith("zookit-hello==1.0:\n")
    assert "\n  hello  " in hello
    assert "Greet somebody." in hello
    assert "\n  broken  " in odd
    # Names that zookit or two packages have are listed with their package.
    for name in ("run", "shared"):
        assert f"\n  zookit-hello/{name}  " in hello
        assert f"\n  {name}  " not in hello
    assert "\n  zookit-other/shared  " in other


def test_a_function_is_a_command(installed: Installed) -> None:
    greeted = installed("hello", "you", "--times", "2")
    assert greeted.out == "Hello, you!\nHello, you!\n"
    # It returns True, which is not an exit code.
    assert greeted.code == 0
    shown = installed("hello", "--help")
    assert shown.out.startswith("Usage: zookit hello [OPTIONS]")
    for each in ("Greet somebody.", "Whom to greet.", "--times", "How often."):
        assert each in shown.out
    assert "--install-completion" not in shown.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["hello"], "See 'zookit hello --help'."),
        (["hello", "you", "--times", "no"], "--times must be a whole number of at least 1"),
        (["hello", "you", "--tiems", "2"], "Run: zookit hello you --times 2"),
    ],
)
def test_arguments_are_checked(installed: Installed, arguments: list[str], expected: str) -> None:
    assert expected in installed(*arguments).message()


def test_a_command_may_write_colours_and_its_error_may_not(installed: Installed) -> None:
    ended = installed("ending", "coloured")
    assert ended.code == 2
    assert ended.out == "\x1b[31mred\n"
    assert "\x1b" not in ended.err
    assert r"not \x1b[31mred" in ended.err


def test_an_app_is_a_group_of_commands(installed: Installed) -> None:
    assert installed("tools", "saw", "3").out == "sawn at 3\n"
    shown = installed("tools", "--help").out
    for each in ("Many tools.", "saw", "Saw something off.", "plane"):
        assert each in shown
    assert "--install-completion" not in shown
    assert "Usage: zookit tools saw" in installed("tools", "saw", "--help").out
    assert "No such command 'swa'" in installed("tools", "swa").message()
    # An app with a single command is that command, as in Typer.
    assert installed("alone", "word").out == "only word\n"


@pytest.mark.parametrize(
    ("how", "code"),
    [("exited", 3), ("left", 4), ("returned", 5), ("array", 0), ("defect", 1), ("refused", 2)],
)
def test_a_command_chooses_its_exit_code(installed: Installed, how: str, code: int) -> None:
    ended = installed("ending", how)
    assert ended.code == code
    assert ("Traceback" in ended.err) == (how == "defect")
    if how == "refused":
        assert ended.message() == "zookit: the leaves have fallen."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("broken", "cannot be imported: RuntimeError: no luck"),
        ("missing", "cannot be imported: AttributeError"),
        ("number", "neither a function nor a typer.Typer"),
        ("typed", "is not a valid Typer command: NameError"),
        ("empty", "is not a valid Typer command"),
    ],
)
def test_a_broken_command_is_reported_when_it_is_used(
    installed: Installed, name: str, expected: str
) -> None:
    for arguments in ([name], [name, "--help"], [f"zookit-odd/{name}"]):
        message = installed(*arguments).message()
        assert f"command '{name}' of zookit-odd==1.0" in message
        assert expected in message


def test_a_command_with_a_built_in_name_has_its_full_name(installed: Installed) -> None:
    assert installed("zookit-hello/run").out == "another run\n"
    assert "--epochs" in installed("run", "--help").out


def test_a_name_of_two_packages_needs_the_full_name(installed: Installed) -> None:
    message = installed("shared").message()
    for owner in ("zookit-hello", "zookit-other"):
        assert f"{owner}==1.0" in message
        assert f"{owner}/shared" in message
    assert installed("zookit-other/shared").out == "shared of other\n"
    assert installed("Zookit_Hello/shared").out == "shared of hello\n"


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("helo", "hello"), ("lsit", "list"), ("zookit-hello/rnu", "zookit-hello/run")],
)
def test_an_unknown_command_gets_a_suggestion(installed: Installed, typo: str, meant: str) -> None:
    message = installed(typo).message()
    assert repr(typo) in message
    assert f"Run: zookit {meant}" in message or f"Did you mean '{meant}'?" in message


def test_a_blocked_command_is_unknown_and_the_message_says_why(installed: Installed) -> None:
    message = installed("--no-plugin", "hello", "hello", "you").message()
    assert "'hello'" in message
    assert "zookit-hello==1.0 is blocked by --no-plugin or ZOOKIT_DISABLE" in message
    # Then the name has one owner.
    assert installed("shared", ZOOKIT_DISABLE="zookit-other").out == "shared of hello\n"
    assert "zookit-hello" not in installed("--no-plugin", "zookit-hello", "--help").out


def test_commands_and_their_options_are_completed(installed: Installed) -> None:
    def offered(line: str) -> list[str]:
        answered = installed(
            _ZOOKIT_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(line.count(" "))
        )
        assert answered.code == 0
        imported = "hello.py is imported" in answered.err
        assert imported == (line.count(" ") > 1)
        return answered.out.split()

    assert offered("zookit hel") == ["hello"]
    assert offered("zookit zookit-hello/r") == ["zookit-hello/run"]
    assert offered("zookit hello --ti") == ["--times"]
    assert offered("zookit tools pl") == ["plane"]
