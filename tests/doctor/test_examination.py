"""`zookit doctor` reports what is wrong with plugins, whatever they do when they are imported."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Command
from examined import Examined, examined, started_process
from made_plugins import ARCHITECTURE, make_architecture, make_distribution
from processes import is_running

import zookit as package

# One worker of pytest-xdist runs them all, and examines each site once.
pytestmark = pytest.mark.xdist_group("doctor")

WRITE_PID = """
import os
from pathlib import Path

def write_pid(name, number):
    Path(__file__).with_name(f"{name}.pid").write_text(str(number))
"""

# The plugin's name, what it does at import, and the finding: its state, reason and line.
STRANGE = [
    ("exits", "import sys\nsys.exit(3)", "broken", "SystemExit: 3.", 2),
    (
        "exits_at_once",
        "import os\nos._exit(3)",
        "broken",
        "when it is imported, with exit code 3",
        2,
    ),
    ("exits_quietly", "import os\nos._exit(0)", "broken", "imported, with exit code 0.", 2),
    ("exits_below", "from posix import _exit\n_exit(5)", "broken", "with exit code 5.", 2),
    (
        "is_replaced",
        "import os\n\nos.execlp('true', 'true')",
        "broken",
        "imported, with exit code 0.",
        3,
    ),
    ("is_killed", "import os\nos.kill(0, 9)", "broken", "imported, by SIGKILL.", 2),
    (
        "kills_nobody",
        (
            "import os, signal\nsignal.signal(10, lambda *_: 0)\nos.kill(os.getpid(), 10)\n"
            "os._exit(6) if os.fork() == 0 else os.wait()"
        ),
        "works",
        "",
        0,
    ),
    ("crashes", "import os\n\nos.kill(os.getpid(), 11)", "broken", "imported, by SIGSEGV.", 3),
    ("interrupts", "raise KeyboardInterrupt", "broken", "imported: KeyboardInterrupt", 1),
    ("asks", "\nname = input('Name: ')", "broken", "EOFError: it reads standard input", 2),
    ("reads", "import sys\nfor line in sys.stdin: pass", "broken", "it reads standard input", 2),
    ("reads_bytes", "import sys\nsys.stdin.buffer.read()", "broken", "it reads standard input", 2),
    ("says_nothing", "class E(Exception):\n  __str__ = None\nraise E", "broken", "TypeError: ", 0),
    ("fails_below", "import json\n\njson.loads('[')", "broken", "JSONDecodeError: ", 3),
    ("recurses", "def f():\n  f()\nf()", "broken", "RecursionError: ", 2),
    ("loops", "import os\nwhile True: pass", "hanging", "not imported within 3 s", 2),
    (
        "waits_with_child",
        (
            "import pids, subprocess, time\n"
            "pids.write_pid('waits', subprocess.Popen(['sleep', '600']).pid)\n"
            "time.sleep(600)"
        ),
        "hanging",
        "not imported within 3 s",
        3,
    ),
    (
        "never_ends",
        "import threading, time\nthreading.Thread(target=lambda: time.sleep(600)).start()",
        "hanging",
        "keeps the process from ending",
        2,
    ),
    ("ends_badly", "import atexit, os\natexit.register(os._exit, 4)", "broken", "exit code 4", 0),
    ("sleeps", "import time\ntime.sleep(1.2)", "slow", " s to import.", 0),
    (
        "imports_tensorflow",
        # A stand-in, since the real one takes seconds.
        "import sys, types\nsys.modules['tensorflow'] = types.ModuleType('tensorflow')",
        "slow",
        "imports tensorflow at module level",
        0,
    ),
    (
        "starts_child",
        (
            "import pids, subprocess\n"
            "pids.write_pid('starts', subprocess.Popen(['sleep', '600']).pid)"
        ),
        "works",
        "",
        0,
    ),
    (
        "starts_session",
        (
            "import pids, subprocess\n"
            "started = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
            "pids.write_pid('session', started.pid)"
        ),
        "works",
        "",
        0,
    ),
    (
        "prints",
        (
            "import os, sys\n"
            "print('printed' * 500_000)\n"
            "print('printed' * 500_000, file=sys.stderr)\n"
            "os.write(1, b'printed')"
        ),
        "works",
        "",
        0,
    ),
    ("reads_arguments", "import argparse\nargparse.ArgumentParser().parse_args()", "works", "", 0),
    ("imports_numpy", "import numpy, PIL.Image, zookit.core.data", "works", "", 0),
    (
        "counts_importers",
        "import pids, os\npids.write_pid(f'importer-{os.getpid()}', os.getpid())",
        "works",
        "",
        0,
    ),
]


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> tuple[Examined, Path]:
    """The report on plugins that do strange things, and where they are."""
    site = tmp_path_factory.mktemp("strange")
    (site / "pids.py").write_text(WRITE_PID)
    for name, source, *_ in STRANGE:
        make_architecture(site, f"my-{name}", f"{source}\n{ARCHITECTURE}", name)
    return examined(site, 3), site


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "state", "reason", "line"),
    [pytest.param(name, *others, id=name) for name, _, *others in STRANGE],
)
def test_strange_plugins(
    strange: tuple[Examined, Path], name: str, state: str, reason: str, line: int
) -> None:
    report, site = strange
    plugin = report[name]
    assert plugin["state"] == state
    assert plugin["ok"] == (state in ("slow", "works"))
    if state == "works":
        assert plugin["findings"] == []
        return
    finding = report.finding(name)
    assert reason in finding["reason"]
    assert finding["advice"]
    assert finding["fault"] == (state != "slow")
    if line:
        assert (finding["file"], finding["line"]) == (str(site / f"my_{name}.py"), line)


@pytest.mark.slow
def test_plugins_of_a_distribution_share_a_process_until_one_fails(tmp_path: Path) -> None:
    record = "import pids, os\npids.write_pid(f'{__name__}-{os.getpid()}', os.getpid())"
    for owner, last in (("my-good", "pass"), ("my-mixed", "os._exit(3)")):
        names = [f"{owner[3:]}_{at}" for at in range(3)]
        sources = dict.fromkeys(names, f"{record}\n{ARCHITECTURE}")
        sources[names[-1]] = f"{record}\n{last}\n{ARCHITECTURE}"
        lines = "\n".join(f"{name} = {name}:Made" for name in names)
        modules = {f"{name}.py": source for name, source in sources.items()}
        make_distribution(tmp_path, owner, {"zookit.architectures": lines}, modules)
    (tmp_path / "pids.py").write_text(WRITE_PID)
    report = examined(tmp_path)
    states = {name: report[name]["state"] for name in ("good_0", "good_2", "mixed_0", "mixed_1")}
    assert set(states.values()) == {"works"}
    assert "exit code 3" in report.finding("mixed_2")["reason"]
    importers = {
        owner: {file.read_text() for file in tmp_path.glob(f"{owner}_*-*.pid")}
        for owner in ("good", "mixed")
    }
    assert len(importers["good"]) == 1
    assert len(importers["mixed"]) == 1 + 3


@pytest.mark.slow
def test_no_process_remains_and_no_plugin_is_imported_twice(
    strange: tuple[Examined, Path],
) -> None:
    _, site = strange
    assert not is_running(started_process(site, "waits"))
    assert not is_running(started_process(site, "starts"))
    assert not is_running(started_process(site, "session"))
    assert len(list(site.glob("importer-*.pid"))) == 1


def test_after_ctrl_c_no_process_remains(tmp_path: Path) -> None:
    (tmp_path / "pids.py").write_text(WRITE_PID)
    source = "import pids, os\npids.write_pid('here', os.getpid())\nwhile True: pass"
    make_architecture(tmp_path, "my-net", source, "net")
    doctor = subprocess.Popen(
        [sys.executable, "-m", "zookit", "doctor"],
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "KERAS_BACKEND": "jax",
            "ZOOKIT_DISABLE": "zookit",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # It is ignored if the tests run in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "here.pid").is_file() or not (tmp_path / "here.pid").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        plugin = started_process(tmp_path, "here")
        assert plugin != doctor.pid
        assert is_running(plugin)
        doctor.send_signal(signal.SIGINT)
        assert doctor.wait(timeout=15) == 130
        assert not is_running(plugin)
    finally:
        doctor.kill()


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(zookit: Command, timeout: str) -> None:
    assert "--timeout" in zookit("doctor", f"--timeout={timeout}").message()


MODULES = {
    "nets.py": ARCHITECTURE,
    "others.py": """\
from dataclasses import dataclass
from zookit.core import Listener, hookimpl
@dataclass(frozen=True)
class Tracker(Listener):
    packages = {'no_such_tracker': 'my-others[tracking]'}
def greet(): pass
number = 3
@dataclass(frozen=True)
class Misspelt(Listener):
    @hookimpl
    def epoch_endet(self): pass
def typed(what: 'Nowhere'): pass
""",
    "data.py": """\
from dataclasses import dataclass
from zookit.core import Dataset
@dataclass(frozen=True)
class Data(Dataset):
    files = ('train.gz',)
    home = 'data'
    info = None
    def load(self, source): pass
""",
    "old_nets.py": "from zookit.core import RemovedLongAgo\n",
}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    """The report on packages with all kinds of metadata."""
    site = tmp_path_factory.mktemp("declared")

    def offer(name: str, points: str, *requires: str, group: str = "architectures") -> None:
        make_distribution(site, name, {f"zookit.{group}": points}, requires=requires)

    points = {
        "zookit.listeners": "tracker = others:Tracker\nmisspelt = others:Misspelt",
        "zookit.datasets": "data = data:Data",
        "zookit.commands": "greet = others:greet\nnumber = others:number\ntyped = others:typed",
    }
    make_distribution(site, "my-others", points, MODULES)
    offer("my-newer", "newer = nets:Made", "zookit>=99", "numpy>=99")
    offer("my-newest", "newest = old_nets:Made", "ZooKit >= 99")
    offer("my-twice", "twice = nets:Made\ntwice = nets:Made")
    offer("my-first", "contested = nets:Made")
    offer("my-second", "contested = nets:Made")
    offer("my-typo", "typo = nets:Made", group="architecture")
    offer("my-shouting", "Loud = nets:Made\nquiet = nets:Made")
    offer("my-garbled", "nonsense")
    offer("my-headless", "headless = nets:Made")
    (site / "my_headless-1.0.dist-info" / "METADATA").unlink()
    return examined(site)


def test_a_plugin_that_needs_another_zookit(declared: Examined) -> None:
    finding = declared.finding("newer")
    assert finding["state"] == "incompatible"
    assert finding["fault"]
    assert "my-newer requires 'zookit>=99'" in finding["reason"]
    assert package.__version__ in finding["reason"]
    first, second = declared["newest"]["findings"]
    assert declared["newest"]["state"] == first["state"] == "incompatible"
    assert "cannot import name 'RemovedLongAgo'" in second["reason"]


def test_a_listener_whose_package_is_missing_is_no_fault(declared: Examined) -> None:
    finding = declared.finding("tracker")
    assert finding["state"] == "incomplete"
    assert finding["advice"].endswith("-m pip install 'my-others[tracking]'")
    assert declared["tracker"]["ok"]


def test_a_listener_whose_hook_is_misspelt_is_broken(declared: Examined) -> None:
    finding = declared.finding("misspelt")
    assert finding["state"] == "broken"
    assert "'epoch_ended'" in finding["reason"]
    assert finding["reason"].count("misspelt") <= 1
    assert Path(finding["file"]).name == "others.py"


def test_commands_are_examined(declared: Examined) -> None:
    assert declared["greet"]["state"] == "works"
    finding = declared.finding("number")
    assert "typer.Typer" in finding["reason"]
    assert (Path(finding["file"]).name, finding["line"]) == ("others.py", 7)
    assert "NameError" in declared.finding("typed")["reason"]


def test_invalid_files_of_a_data_set_are_broken(declared: Examined) -> None:
    finding = declared.finding("data")
    assert finding["state"] == "broken"
    assert "AttributeError: " in finding["reason"]
    assert (Path(finding["file"]).name, finding["line"]) == ("data.py", 4)


def test_names_that_are_not_unique(declared: Examined) -> None:
    plugins = declared.plain["plugins"]
    twice = [each for each in plugins if each["name"] == "twice"]
    assert [each["state"] for each in twice] == ["ambiguous", "ambiguous"]
    assert "declared twice" in twice[0]["findings"][0]["reason"]
    contested = {each["owner"]: each for each in plugins if each["name"] == "contested"}
    for owner, other in (("first", "second"), ("second", "first")):
        (finding,) = contested[f"my-{owner}==1.0"]["findings"]
        assert finding["state"] == "ambiguous"
        assert f"my-{other}==1.0" in finding["reason"]
        assert f"my-{owner}/contested" in finding["advice"]


@pytest.mark.parametrize(
    "facts",
    [
        ("my_garbled-1.0.dist-info", "entry_points.txt"),
        ("my_headless-1.0.dist-info", "METADATA"),
        ("my-shouting==1.0", "'Loud'", "'zookit.architectures'"),
        ("my-typo==1.0", "'zookit.architecture'", "Did you mean 'zookit.architectures'?"),
    ],
    ids=" ".join,
)
def test_metadata_that_cannot_be_read(declared: Examined, facts: tuple[str, ...]) -> None:
    assert any(all(fact in reason for fact in facts) for reason in declared.reasons())
    assert {each["state"] for each in declared.plain["findings"][1:]} == {"unreadable"}
    assert declared["quiet"]["state"] == "works"


def test_a_blocked_plugin_is_listed_and_not_imported(tmp_path: Path) -> None:
    for name in ("one", "two"):
        source = f"open({str(tmp_path / name)!r}, 'w').close()\n{ARCHITECTURE}"
        make_architecture(tmp_path, f"my-{name}", source, name)
    report = examined(tmp_path, ZOOKIT_DISABLE="zookit another-one my-one/one")
    assert report["one"]["state"] == "blocked"
    assert report["one"]["ok"]
    assert report["two"]["state"] == "works"
    assert not (tmp_path / "one").exists()
    assert (tmp_path / "two").exists()
