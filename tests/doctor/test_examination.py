"""`zookit doctor` tells what is wrong with plugins, whatever they do when they are imported."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from made_data import CONTENT, Made, put_files
from made_plugins import ARCHITECTURE, make_architecture, make_distribution, make_troubled
from terminal import written_in_terminal

import zookit as package
from zookit.data.prepared import prepare
from zookit.doctor.data_availability import data_availability

# One worker of pytest-xdist has them all, and asks doctor once of each of the sites below.
pytestmark = pytest.mark.xdist_group("doctor")

ZOOKIT = (sys.executable, "-m", "zookit")
# Plugins alone are meant: TensorFlow takes seconds, and this is refused before.
PLUGINS_ALONE = {"KERAS_BACKEND": "jax", "ZOOKIT_DISABLE": "zookit"}

LEAVE = """
import os
from pathlib import Path

def leave(name, number):
    Path(__file__).with_name(f"{name}.pid").write_text(str(number))
"""

# What it is, what it does when imported, and what is told: the state, why, and the line.
STRANGE = [
    ("exits", "import sys\nsys.exit(3)", "broken", "SystemExit: 3.", 2),
    (
        "exits_at_once",
        "import os\nos._exit(3)",
        "broken",
        "ends the whole process when it is imp",
        0,
    ),
    ("exits_quietly", "import os\nos._exit(0)", "broken", "imported, with exit code 0.", 0),
    ("crashes", "import os\n\nos.kill(os.getpid(), 11)", "broken", "imported, by SIGSEGV.", 3),
    ("interrupts", "raise KeyboardInterrupt", "broken", "imported: KeyboardInterrupt", 1),
    ("asks", "\nname = input('Name: ')", "broken", "EOFError: it reads standard input", 2),
    ("reads", "import sys\nfor line in sys.stdin: pass", "broken", "it reads standard input", 2),
    ("reads_bytes", "import sys\nsys.stdin.buffer.read()", "broken", "it reads standard input", 2),
    ("says_nothing", "class E(Exception):\n  __str__ = None\nraise E", "broken", "TypeError: ", 0),
    ("fails_below", "import json\n\njson.loads('[')", "broken", "JSONDecodeError: ", 3),
    ("recurses", "def f():\n  f()\nf()", "broken", "RecursionError: ", 2),
    ("loops", "import os\nwhile True: pass", "hanging", "not imported within 3 s", 2),
    ("waits", "import threading\nthreading.Event().wait()", "hanging", "not imported within 3", 2),
    (
        "waits_with_child",
        (
            "import leaving, subprocess, time\n"
            "leaving.leave('waits', subprocess.Popen(['sleep', '600']).pid)\n"
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
    ("sleeps", "import time\ntime.sleep(1.5)", "slow", " s to import; ", 0),
    (
        "starts_child",
        (
            "import leaving, subprocess\n"
            "leaving.leave('starts', subprocess.Popen(['sleep', '600']).pid)"
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
        "import leaving, os\nleaving.leave(f'importer-{os.getpid()}', os.getpid())",
        "works",
        "",
        0,
    ),
]


@dataclass(frozen=True)
class Told:
    """What doctor has told: its exit code and its JSON; its plugins by name."""

    code: int
    told: dict[str, Any]

    def __getitem__(self, name: str) -> dict[str, Any]:
        (plugin,) = (each for each in self.told["plugins"] if each["name"] == name)
        return dict(plugin)

    def finding(self, name: str) -> dict[str, Any]:
        """The one finding of a plugin."""
        (finding,) = self[name]["findings"]
        return dict(finding)

    def findings(self) -> list[str]:
        """Of no plugin: why."""
        return [each["reason"] for each in self.told["findings"]]


def started(site: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own, with the site's distributions installed."""
    return subprocess.run(
        [*ZOOKIT, *arguments],
        cwd=site,
        env=surroundings(site, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def surroundings(site: Path, **variables: str) -> dict[str, str]:
    cache = {"ZOOKIT_CACHE_DIR": str(site / "cache"), "ZOOKIT_DATA_DIR": ""}
    return {**os.environ, **cache, "PYTHONPATH": str(site), **variables}


def told(site: Path, *arguments: str, **variables: str) -> Told:
    """What doctor tells of the site's plugins."""
    words = arguments if "doctor" in arguments else ("doctor", *arguments)
    ended = started(site, *words, "--json", **{**PLUGINS_ALONE, **variables})
    assert not ended.stderr
    return Told(ended.returncode, json.loads(ended.stdout))


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def left(site: Path, name: str) -> int:
    """The process id that a plugin has left."""
    return int((site / f"{name}.pid").read_text())


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("troubled")
    make_troubled(site)
    return site


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("--help", "doctor"),
        ("list architectures", "contested"),
        ("run mnist made_0 --data sample --epochs 1 --quiet", "test  loss"),
    ],
)
def test_beside_troubled_packages_all_else_works(
    troubled: Path, arguments: str, shown: str
) -> None:
    ended = started(troubled, *arguments.split())
    assert ended.returncode == 0, ended.stderr
    assert shown in ended.stdout


def test_of_twenty_packages_the_seven_troubled_are_named(troubled: Path) -> None:
    ended = started(troubled, "doctor", "--timeout", "3", **PLUGINS_ALONE)
    assert ended.returncode == 1
    assert not ended.stderr
    paragraphs = ended.stdout.split("\n\n")
    for name, state, reasons in (
        ("bad_syntax", "broken", ["SyntaxError: invalid syntax", "zookit_bad_syntax.py:4\n"]),
        ("bad_import", "broken", ["a_module_that_nobody_has", "zookit_bad_import.py:1\n"]),
        ("bad_code", "broken", ["RuntimeError: more than 10.", "zookit_bad_code.py:2\n"]),
        ("bad_type", "broken", ["is not a subclass of", "zookit_bad_type.py:4\n"]),
        ("bad_end", "hanging", ["within 3 s", "zookit_bad_end.py:4\n", "--timeout"]),
    ):
        owner = f"zookit-{name.replace('_', '-')}"
        (found,) = (each for each in paragraphs if f" {name} of " in each)
        assert found.startswith(f"{state:14}architecture {name} of {owner}==1.0 ")
        assert all(reason in found for reason in [*reasons, f"--no-plugin {owner}/{name}"]), found
    for owner, other in (("first", "second"), ("second", "first")):
        (found,) = (each for each in paragraphs if f"contested of zookit-{owner}==1.0" in each)
        assert found.startswith("ambiguous ")
        assert f"with that of zookit-{other}==1.0." in found
        assert f"Write zookit-{owner}/contested" in found
    for at in range(13):
        assert f"works         zookit-made-{at}==1.0: made_{at}\n" in ended.stdout
    assert f"not installed in {sys.prefix}" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("Not well: 7 of ")


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
    """What is told of plugins that do strange things, and where they are."""
    site = tmp_path_factory.mktemp("strange")
    (site / "leaving.py").write_text(LEAVE)
    for name, source, *_ in STRANGE:
        make_architecture(site, f"my-{name}", f"{source}\n{ARCHITECTURE}", name)
    return told(site, "--timeout", "3"), site


@pytest.mark.parametrize(
    ("name", "state", "why", "line"),
    [(name, state, why, line) for name, _, state, why, line in STRANGE],
    ids=[name for name, *_ in STRANGE],
)
def test_strange_plugins(
    strange: tuple[Told, Path], name: str, state: str, why: str, line: int
) -> None:
    told, site = strange
    plugin = told[name]
    assert plugin["state"] == state
    assert plugin["well"] == (state in ("slow", "works"))
    if state == "works":
        assert plugin["findings"] == []
        return
    finding = told.finding(name)
    assert why in finding["reason"]
    assert finding["advice"]
    assert finding["fault"] == (state != "slow")
    if line:
        assert (finding["file"], finding["line"]) == (str(site / f"my_{name}.py"), line)


def test_no_process_is_left_and_none_imports_two(strange: tuple[Told, Path]) -> None:
    _, site = strange
    assert not is_running(left(site, "waits"))
    assert not is_running(left(site, "starts"))
    assert len(list(site.glob("importer-*.pid"))) == 1


def test_ctrl_c_leaves_no_process_either(tmp_path: Path) -> None:
    (tmp_path / "leaving.py").write_text(LEAVE)
    source = "import leaving, os\nleaving.leave('here', os.getpid())\nwhile True: pass"
    make_architecture(tmp_path, "my-net", source, "net")
    doctor = subprocess.Popen(
        [*ZOOKIT, "doctor"],
        env=surroundings(tmp_path, **PLUGINS_ALONE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Else it is passed over where the tests run in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "here.pid").is_file() or not (tmp_path / "here.pid").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert left(tmp_path, "here") != doctor.pid
        assert is_running(left(tmp_path, "here"))
        doctor.send_signal(signal.SIGINT)
        assert doctor.wait(timeout=15) == 130
        assert not is_running(left(tmp_path, "here"))
    finally:
        doctor.kill()


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(zookit: Command, timeout: str) -> None:
    assert "--timeout: " in zookit("doctor", f"--timeout={timeout}").message()


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What is told of packages whose metadata asks for this and that, or is broken."""
    site = tmp_path_factory.mktemp("declared")
    modules = {
        "nets.py": ARCHITECTURE,
        "others.py": (
            "from dataclasses import dataclass\n"
            "from zookit.core import Listener, hookimpl\n"
            "@dataclass(frozen=True)\n"
            "class Tracker(Listener):\n"
            "    packages = {'no_such_tracker': 'my-others[tracking]'}\n"
            "def greet(): pass\n"
            "number = 3\n"
            "@dataclass(frozen=True)\n"
            "class Deaf(Listener):\n"
            "    @hookimpl\n"
            "    def epoch_endet(self): pass\n"
            "def typed(what: 'Nowhere'): pass\n"
        ),
        "data.py": (
            "from dataclasses import dataclass\n"
            "from zookit.core import Dataset\n"
            "@dataclass(frozen=True)\n"
            "class Data(Dataset):\n"
            "    files = ('train.gz',)\n"
            "    home = 'data'\n"
            "    info = None\n"
            "    def load(self, source): pass\n"
        ),
        "old_nets.py": "from zookit.core import NotThereYet\n",
    }

    def offer(name: str, points: str, *requires: str, group: str = "architectures") -> None:
        make_distribution(site, name, {f"zookit.{group}": points}, requires=requires)

    make_distribution(
        site,
        "my-others",
        {
            "zookit.listeners": "tracker = others:Tracker\ndeaf = others:Deaf",
            "zookit.datasets": "data = data:Data",
            "zookit.commands": "greet = others:greet\nnumber = others:number\ntyped = others:typed",
        },
        modules,
    )
    offer("my-newer", "newer = nets:Made", "zookit>=99", "numpy>=99")
    offer("my-newest", "newest = old_nets:Made", "ZooKit >= 99")
    offer("my-odd", "odd = nets:Made", "zookit >=>= 1", "numpy >=>= 1")
    offer("my-fit", "fit = nets:Made", "zookit>=0.0.1", "zookit>=99; extra == 'gpu'", "zookit-x>=9")
    offer("my-twice", "twice = nets:Made\ntwice = nets:Made")
    offer("my-typo", "typo = nets:Made", group="architecture")
    offer("my-shouting", "Loud = nets:Made\nquiet = nets:Made")
    offer("my-garbled", "nonsense")
    offer("my-headless", "headless = nets:Made")
    (site / "my_headless-1.0.dist-info" / "METADATA").unlink()
    return told(site)


def test_another_zookit_is_needed(declared: Told) -> None:
    finding = declared.finding("newer")
    assert finding["state"] == "incompatible"
    assert finding["fault"]
    assert "my-newer requires 'zookit>=99'" in finding["reason"]
    assert package.__version__ in finding["reason"]
    first, second = declared["newest"]["findings"]
    assert declared["newest"]["state"] == first["state"] == "incompatible"
    assert "cannot import name 'NotThereYet'" in second["reason"]
    assert "'zookit >=>= 1'" in declared.finding("odd")["reason"]
    assert declared["fit"]["state"] == "works"


def test_a_listener_whose_package_is_missing_is_well(declared: Told) -> None:
    finding = declared.finding("tracker")
    assert finding["state"] == "incomplete"
    assert finding["advice"].endswith("-m pip install 'my-others[tracking]'")
    assert declared["tracker"]["well"]


def test_a_listener_whose_hook_is_misspelt_is_broken(declared: Told) -> None:
    finding = declared.finding("deaf")
    assert finding["state"] == "broken"
    assert "Did you mean 'epoch_ended'?" in finding["reason"]
    assert finding["reason"].count("deaf") <= 1
    assert Path(finding["file"]).name == "others.py"


def test_commands_are_looked_at(declared: Told) -> None:
    assert declared["greet"]["state"] == "works"
    finding = declared.finding("number")
    assert "it is neither a function nor a typer.Typer" in finding["reason"]
    assert (Path(finding["file"]).name, finding["line"]) == ("others.py", 7)
    assert "none that Typer can make: NameError" in declared.finding("typed")["reason"]


def test_files_that_are_none_are_told(declared: Told) -> None:
    finding = declared.finding("data")
    assert finding["state"] == "broken"
    assert "declares packages or files that make no sense: AttributeError: " in finding["reason"]
    assert (Path(finding["file"]).name, finding["line"]) == ("data.py", 4)


def test_what_is_declared_twice(declared: Told) -> None:
    twice = [each for each in declared.told["plugins"] if each["name"] == "twice"]
    assert [each["state"] for each in twice] == ["ambiguous", "ambiguous"]
    assert "declared twice" in twice[0]["findings"][0]["reason"]


@pytest.mark.parametrize(
    "reason",
    [
        "my_garbled-1.0.dist-info: its entry_points.txt is malformed.",
        "my_headless-1.0.dist-info: its METADATA file is missing.",
        (
            "my-shouting==1.0: the name 'Loud' in 'zookit.architectures' is not lower-case "
            "letters, digits and _, beginning with a letter."
        ),
        (
            "my-typo==1.0: what it offers in 'zookit.architecture' is not found, as zookit knows "
            "no such group. Did you mean 'zookit.architectures'?"
        ),
    ],
)
def test_metadata_that_cannot_be_read(declared: Told, reason: str) -> None:
    assert reason in declared.findings()
    assert all(each["state"] == "unread" for each in declared.told["findings"][1:])
    assert declared["quiet"]["state"] == "works"


def test_what_is_blocked_is_told_and_not_imported(tmp_path: Path) -> None:
    for name in ("one", "two"):
        source = f"open({str(tmp_path / name)!r}, 'w').close()\n{ARCHITECTURE}"
        make_architecture(tmp_path, f"my-{name}", source, name)
    found = told(
        tmp_path, "--no-plugin", "my-one/one", "doctor", ZOOKIT_DISABLE="zookit another-one"
    )
    assert found["one"]["state"] == "blocked"
    assert found["one"]["well"]
    assert found["two"]["state"] == "works"
    assert not (tmp_path / "one").exists()
    assert (tmp_path / "two").exists()


def test_what_is_wrong_with_the_environment(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = str(tmp_path / "file" / "cache")
    found = told(tmp_path, ZOOKIT_CACHE_DIR=cache, ZOOKIT_DATA_DIR=str(tmp_path / "nowhere"))
    assert found.code == 1
    assert not found.told["well"]
    assert not found.told["environment"]["cache_is_writable"]
    backend, written, named = found.findings()
    assert "'jax'" in backend
    assert not found.told["findings"][0]["advice"]  # the reason has it
    assert f"{cache} cannot be written" in written
    assert "nowhere', which is not a folder" in named


def test_a_clean_installation_is_well(tmp_path: Path) -> None:
    """Also one with a plugin that imports TensorFlow, which is why it is slow."""
    make_architecture(tmp_path, "my-net", f"import tensorflow\n{ARCHITECTURE}", "net")
    ended = started(tmp_path, "doctor", "--json", "--timeout", "100")
    found = Told(ended.returncode, json.loads(ended.stdout))
    assert found.told["findings"] == []
    assert [each for each in found.told["plugins"] if not each["well"]] == []
    assert found.code == 0
    assert found.told["well"]
    assert found.told["format"] == 1
    environment = found.told["environment"]
    assert environment["prefix"] == sys.prefix
    assert environment["versions"]["zookit"] == package.__version__
    assert {"python", "tensorflow", "keras"} <= set(environment["versions"])
    assert "CPU:0" in environment["devices"]
    assert environment["cache"] == str(tmp_path / "cache")
    assert environment["cache_is_writable"]
    assert environment["cache_size"] == 0
    assert found["mnist"]["data"]["state"] in ("sample", "system")
    assert found["image_folder"]["data"] is None
    assert found["cnn"]["data"] is None
    assert found["cnn"]["owner"] == f"zookit=={package.__version__}"
    assert found["cnn"]["kind"] == "architectures"
    net = found.finding("net")
    assert net["state"] == "slow"
    assert " s to import, since it imports tensorflow" in net["reason"]
    assert "at module level" in net["reason"]


def test_progress_and_verdict_on_terminals(tmp_path: Path) -> None:
    command = [*ZOOKIT, "doctor"]
    variables = {"PYTHONPATH": str(tmp_path), "ZOOKIT_DISABLE": "zookit", "COLUMNS": "120"}
    written = written_in_terminal(command, "stderr", tmp_path, **variables)
    assert b"loading plugins and TensorFlow" in written


def test_where_the_files_of_a_data_set_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    assert data_availability(Made, "made", "made==1") == {"state": "absent"}
    downloads = put_files(tmp_path / "cache" / "downloads" / "made")
    assert data_availability(Made, "made", "made==1") == {"state": "downloaded", "folder": str(downloads)}
    named = put_files(tmp_path / "data" / "made", plain=True)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    assert data_availability(Made, "made", "made==1") == {"state": "named", "folder": str(named)}
    prepare(Made(), "full", "made", "made==1")
    (named / next(iter(CONTENT))).unlink()
    assert data_availability(Made, "made", "made==1") == {"state": "local", "folder": str(named)}
    monkeypatch.delenv("ZOOKIT_DATA_DIR")
    found = data_availability(Made, "made", "made==1")
    assert found["state"] == "prepared"
    assert Path(found["folder"]).parent == tmp_path / "cache" / "prepared"
