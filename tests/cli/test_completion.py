"""Completion with TAB in real shells, and the command that the shells call."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from command_server import command_server
from conftest import Command
from made_plugins import make_distribution

from zookit.cli.completion import words_of

# On one worker of pytest-xdist each shell starts once.
pytestmark = pytest.mark.xdist_group("completion")

PROMPT = "ready> "
TAB, LEFT, SHOW = "\t", "\x02", "\x14"
QUOTED = r"http://localhost:80/a\ b"  # of the default of `address` below

MODULE = '''
"""An architecture with parameters of many types."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zookit.core import Architecture

print("printed by a module")


@dataclass(frozen=True)
class Made(Architecture):
    """Made for a test."""

    units: tuple[int, ...] = (16,)
    kind: Literal["thin", "thick"] = "thin"
    layers: tuple[Literal["a", "b"], ...] = ()
    deep: bool = False
    address: str = "http://localhost:80/a b"
    folder: Path | None = None

    def features(self, images: Any) -> Any:
        return images
'''

# Each shell starts without start files. ^T prints the line and empties it.
BEGINNINGS = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        """
        bind 'set enable-bracketed-paste off'
        show() { printf '<%s>\\n' "$READLINE_LINE"; READLINE_LINE=; }
        bind -x '"\\C-t": show'
        eval "$(zookit completion bash)"
        """,
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        """
        autoload -U compinit && compinit -u -D
        show() { zle -I; print -r -- "<$BUFFER>"; BUFFER=; }
        zle -N show; bindkey -e; bindkey '^T' show
        unset zle_bracketed_paste
        eval "$(zookit completion zsh)"
        """,
    ),
}

Offered = Callable[[str], list[str]]


class Terminal:
    """A shell in a pseudo-terminal."""

    def __init__(self, command: list[str], beginning: str, home: Path) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env=environment(home),
            start_new_session=True,
        )
        os.close(slave)
        self._begin = f'{beginning}PS1="{PROMPT}"\n'

    def __enter__(self) -> Self:
        self._send(self._begin)
        self._until(f"[\r\n]{PROMPT}")
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def line_after(self, keys: str) -> str:
        """Type keys and return the line as it is then."""
        self._send(keys + SHOW)
        return self._until(r"<([^\r]*)>").group(1)

    def shows(self, keys: str, pattern: str) -> None:
        """Type keys and wait until the shell writes the pattern."""
        self._send(keys)
        self._until(pattern)
        self.line_after("")

    def _send(self, text: str) -> None:
        os.write(self._master, text.encode())

    def _until(self, pattern: str) -> re.Match[str]:
        written, deadline = "", time.monotonic() + 60
        while time.monotonic() < deadline:
            if select.select([self._master], [], [], 1)[0]:
                written += os.read(self._master, 65536).decode(errors="replace")
                if found := re.search(pattern, written):
                    return found
        raise AssertionError(f"{pattern!r} is not in {written!r}")


def environment(home: Path) -> dict[str, str]:
    """The variables of a user with this home and the distributions in `site`."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    return {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "PATH": path,
        "PYTHONPATH": str(home / "site"),
        "TERM": "dumb",
        "COLUMNS": "300",
        "ZOOKIT_DISABLE": "",
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some files, and with distributions that work and that do not."""
    home = tmp_path_factory.mktemp("home")
    (home / "my photos").mkdir()
    (home / "run.toml").touch()
    make_distribution(
        home / "site",
        "zookit-made",
        {"zookit.architectures": "made = made_module:Made"},
        {"made_module.py": MODULE},
    )
    make_distribution(
        home / "site",
        "zookit-broken",
        {
            "zookit.architectures": "broken = broken_module:Broken",
            "zookit.commands": "broken = broken_module:broken",
        },
        {"broken_module.py": "print('printed'); raise RuntimeError('broken')"},
    )
    malformed = home / "site" / "malformed-1.0.dist-info"
    malformed.mkdir()
    (malformed / "entry_points.txt").write_text("[zookit.architectures]\nno line\n")
    return home


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(shell, marks=[] if shell == "bash" else [pytest.mark.slow])
        for shell in BEGINNINGS
    ],
)
def terminal(home: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    command, beginning = BEGINNINGS[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    with Terminal(command, beginning, home) as terminal:
        yield terminal


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("zookit run fashion", "zookit run fashion_mnist "),
        ("zookit run mnist made:units=1+2,ki", "zookit run mnist made:units=1+2,kind="),
        ("zookit run mnist made:kind=t", "zookit run mnist made:kind=thi"),
        ("zookit run mnist zookit-made/made:k", "zookit run mnist zookit-made/made:kind="),
        ("zookit run mnist made:address=http:", f"zookit run mnist made:address={QUOTED} "),
        ("zookit run --optimizer=adagr", "zookit run --optimizer=adagrad "),
        ("zookit run 'mnist' mad", "zookit run 'mnist' made "),
        ("zookit sweep --vary made.ki", "zookit sweep --vary made.kind="),
        ("zookit sweep --vary made.kind=thick,thi", "zookit sweep --vary made.kind=thick,thin "),
        ("A=1 zookit run mnist mad", "A=1 zookit run mnist made "),
        ("echo ü; zookit run mnist mad", "echo ü; zookit run mnist made "),
        # File names, which the shell completes itself.
        ("zookit run --from ru", "zookit run --from run.toml "),
        ("zookit run --from=ru", "zookit run --from=run.toml "),
        ("zookit run --from ~/ru", "zookit run --from ~/run.toml "),
        (r"zookit run image_folder:path=my\ p", r"zookit run image_folder:path=my\ photos/"),
    ],
    ids=lambda text: text,
)
def test_tab_completes_the_line(terminal: Terminal, typed: str, line: str) -> None:
    assert terminal.line_after(typed + TAB) == line


@pytest.mark.slow
def test_tab_completes_wherever_bash_splits_words(home: Path) -> None:
    command, beginning = BEGINNINGS["bash"]
    with Terminal(command, beginning, home) as terminal:
        for breaks in ("${COMP_WORDBREAKS//:}", "${COMP_WORDBREAKS//[=]}", "$' '"):
            terminal.shows(f"COMP_WORDBREAKS={breaks}; echo set\r", r"\nset")
            line = terminal.line_after("zookit run mnist made:units=1+2,ki" + TAB)
            assert line == "zookit run mnist made:units=1+2,kind="
            line = terminal.line_after("zookit run --optimizer=adagr" + TAB)
            assert line == "zookit run --optimizer=adagrad "


def test_tab_completes_in_mid_line(terminal: Terminal) -> None:
    line = terminal.line_after("zookit run mnist made:ki stop_at_loss" + 13 * LEFT + TAB)
    assert line == "zookit run mnist made:kind= stop_at_loss"


def test_tab_completes_within_quotes(terminal: Terminal) -> None:
    # bash closes the quote, zsh leaves it open.
    line = terminal.line_after('zookit run "image_folder:path=my p' + TAB)
    assert line.removesuffix('"') == 'zookit run "image_folder:path=my photos/'
    line = terminal.line_after('zookit run mnist "made:u' + TAB)
    assert line.removesuffix('"') == 'zookit run mnist "made:units='
    line = terminal.line_after("zookit sweep --callbacks 'unfreeze stop_at_l" + TAB)
    assert line.rstrip("' ") == "zookit sweep --callbacks 'unfreeze stop_at_loss"


def test_tab_lists_the_choices(terminal: Terminal) -> None:
    terminal.shows("zookit run mnist made:" + 2 * TAB, r"(?s)address=.*deep=.*folder=.*units=")
    terminal.shows("zookit run mnist " + 2 * TAB, r"(?s)broken.*cnn.*dense.*made")


def test_tab_shows_no_error_of_a_broken_plugin(terminal: Terminal) -> None:
    for line in ("zookit run mnist broken:", "zookit broken a", "zookit --no-plugin nothing compl"):
        assert terminal.line_after(line + TAB).removesuffix("etion ") == line


@pytest.fixture(scope="module")
def fish_script(home: Path) -> Path:
    file = home / "zookit.fish"
    with file.open("w") as out:
        command = [sys.executable, "-m", "zookit", "completion", "fish"]
        subprocess.run(command, stdout=out, check=True)
    return file


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("zookit run mnist ma stop_at", ["stop_at_accuracy", "stop_at_loss"]),
        ("zookit run mnist made:units=1+2,ki", ["made:units=1+2,kind="]),
        ("zookit run mnist 'made:k", ["made:kind="]),
        ('zookit run mnist "made:k', ["made:kind="]),
        ("zookit run --optimizer=adagr", ["--optimizer=adagrad"]),
        ('zookit run "it\'s" mad', ["made"]),
        ("zookit sweep --callbacks 'unfreeze stop_at_l", ["unfreeze stop_at_loss"]),
        ("zookit run mnist broken:x", []),
        ("zookit run --from=ru", ["--from=run.toml"]),
        ("zookit run --from ~/ru", ["~/run.toml"]),
        (r"zookit run image_folder:path=my\ p", ["image_folder:path=my photos/"]),
        ('zookit run "image_folder:path=my p', ["image_folder:path=my photos/"]),
    ],
    ids=str,
)
def test_fish_offers(home: Path, fish_script: Path, line: str, offered: list[str]) -> None:
    ended = subprocess.run(
        ["fish", "--no-config", "-c", "source $SCRIPT; complete -C $LINE"],
        cwd=home,
        env={**environment(home), "LINE": line, "SCRIPT": str(fish_script)},
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines() == offered
    assert not ended.stderr


@pytest.fixture
def offered(zookit: Command, monkeypatch: pytest.MonkeyPatch) -> Offered:
    """What the command answers the scripts of all shells."""

    def ask(line: str) -> list[str]:
        monkeypatch.setenv("_ZOOKIT_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        outcome = zookit()
        assert (outcome.code, outcome.err) == (0, "")
        return outcome.out.split()

    return ask


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("zookit run mnist dense stop_at_l", ["stop_at_loss"]),
        ("zookit run mnist zookit/den", ["zookit/dense"]),
        ("zookit run --quiet mnist den", ["dense"]),
        ("zookit run --with tens", ["tensorboard"]),
        ("zookit run --optimizer adagr", ["adagrad"]),
        ("zookit run --precision f", ["float32"]),
        ("zookit run --data s", ["sample"]),
        ("zookit run --init lat", ["latest"]),
        ("zookit sweep --init mnist_", ["mnist_cnn"]),
        ("zookit run --augment flip+ro", ["flip+rotation"]),
        ("zookit run --augment flip+f", []),
        ("zookit run --epochs ", ["5"]),
        ("zookit run --epo", ["--epochs"]),
        ("zookit sweep -d fash", ["fashion_mnist"]),
        ("zookit sweep -d mnist --architecture den", ["dense"]),
        ("zookit sweep --callbacks stop_at_l", ["stop_at_loss"]),
        ("zookit sweep --vary learning_r", ["learning_rate="]),
        ("zookit sweep --vary dense.u", ["dense.units="]),
        ("zookit sweep --search rand", ["random"]),
        ("zookit sweep --search random:s", ["random:seed="]),
        ("zookit sweep --launcher lo", ["local"]),
        ("zookit sweep --dry-run ", ["full"]),
        ("zookit sweep --dry-run -d fash", ["fashion_mnist"]),
        ("zookit show cnn --on fash", ["fashion_mnist"]),
        ("zookit show stop_at_l", ["stop_at_loss"]),
        ("zookit show mnist --data s", ["sample"]),
        ("zookit data fetch horse", ["horse_or_human"]),
        ("zookit list call", ["callbacks"]),
        ("zookit completion ", ["bash", "fish", "zsh"]),
        ("zookit --no-plugin stop_at_l", ["stop_at_loss"]),
        ("zookit --no-plugin zook", ["zookit"]),
        ("zookit --no-plugin zookit/stop_at_l", ["zookit/stop_at_loss"]),
        ("zookit --no-plugin dense run mnist de", []),
        ("zookit --version compl", ["completion"]),
        (
            "zookit run mnist dense:units=64,activation=si",
            ["dense:units=64,activation=silu", "dense:units=64,activation=sigmoid"],
        ),
        ("zookit run mnist dense:512,", ["dense:512,activation=", "dense:512,dropout="]),
        ("zookit run mnist dense:nothing=", []),
        ("zookit run mnist nothing:", []),
        ("zookit run mnist zookit/dense:u", ["zookit/dense:units="]),
        ("zookit run image_folder:path=a,,", []),
        ("zookit run image_folder:path=a,,b,gr", ["image_folder:path=a,,b,grey="]),
        ("zookit run image_folder:path=a,grey=t", ["image_folder:path=a,grey=true"]),
    ],
)
def test_the_command_offers(offered: Offered, line: str, expected: list[str]) -> None:
    assert offered(line) == expected


def test_a_broken_plugin_is_completed_by_name_without_an_error(home: Path) -> None:
    with command_server(home / "site") as server:
        for words in ("run mnist broken:", "run mnist broken:a=", "broken a", "broken ", "br"):
            ended = server.run(
                cwd=home,
                _ZOOKIT_COMPLETE="complete_bash",
                COMP_WORDS=f"zookit {words}",
                COMP_CWORD=str(words.count(" ") + 1),
            )
            assert ended.code == 0
            assert "Traceback" not in ended.err
            assert "zookit:" not in ended.err
            assert ended.out.split() == (["broken"] if words == "br" else [])


def test_typers_own_completion_scripts_are_not_offered(zookit: Command) -> None:
    """They cannot complete parameters."""
    assert "completion " in zookit("--help").out
    for option in ("--install-completion", "--show-completion"):
        assert option not in zookit("--help").out
        assert option in zookit(option).message()


@pytest.mark.usefixtures("renamed")
def test_old_names_are_not_offered() -> None:
    offered = words_of("architectures")("")
    assert "beta" in offered
    assert "alpha" not in offered
    assert words_of("architectures")("alpha:")[0] == "alpha:width="
