"""What `zookit doctor` prints, beside twenty packages of which seven are troubled."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from conftest import Command
from examined import Examined, examined
from made_plugins import make_troubled

from zookit.doctor.diagnosis import print_report
from zookit.doctor.environment import Environment
from zookit.doctor.finding import Finding
from zookit.doctor.report import PluginReport, Report
from zookit.registry import architectures, datasets
from zookit.tables import output

pytestmark = pytest.mark.xdist_group("doctor")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("troubled")
    make_troubled(folder)
    return folder


@pytest.fixture(scope="module")
def report(site: Path) -> Examined:
    return examined(site, 3)


def printed(report: Report, width: int = 120) -> str:
    file = StringIO()
    console = output(file=file)
    console.width = width
    print_report(console, report)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def test_the_seven_troubled_packages_are_named(report: Examined) -> None:
    text = printed(report.report)
    paragraphs = text.split("\n\n")
    for name, state, facts in (
        ("bad_syntax", "broken", ["SyntaxError: invalid syntax", "zookit_bad_syntax.py:4\n"]),
        ("bad_import", "broken", ["a_module_that_nobody_has", "zookit_bad_import.py:1\n"]),
        ("bad_code", "broken", ["RuntimeError: more than 10.", "zookit_bad_code.py:2\n"]),
        ("bad_type", "broken", ["is not a subclass of", "zookit_bad_type.py:4\n"]),
        ("bad_end", "hanging", ["within 3 s", "zookit_bad_end.py:4\n", "--timeout"]),
    ):
        owner = f"zookit-{name.replace('_', '-')}"
        (found,) = (each for each in paragraphs if f" {name} of " in each)
        assert found.startswith(f"{state:14}architecture {name} of {owner}==1.0 ")
        assert all(fact in found for fact in [*facts, f"--no-plugin {owner}/{name}"]), found
    for owner in ("first", "second"):
        (found,) = (each for each in paragraphs if f"contested of zookit-{owner}==1.0" in each)
        assert found.startswith("ambiguous ")
    for at in range(13):
        assert f"zookit-made-{at}==1.0: made_{at}\n" in text
    assert sys.prefix in text
    assert "7 of " in text.splitlines()[-1]


def test_facts_fit_a_narrow_terminal(report: Examined) -> None:
    lines = printed(report.report, 60).split("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= 60
    assert report.plain["environment"]["cache"] in "".join(line[14:].rstrip() for line in lines)


ENVIRONMENT = Environment(
    python="/env/bin/python",
    prefix="/env",
    versions={"python": "3.11.7", "tensorflow": "2.21.0"},
    devices=["CPU:0"],
    seconds=4.6,
    cache="/cache",
    cache_is_writable=False,
    cache_size=1_500_000,
)


def test_an_installation_without_faults() -> None:
    data = {"state": "prepared", "folder": "/cache/mnist"}
    plugins = (
        PluginReport(datasets["mnist"], (), 0.1, data),
        PluginReport(datasets["fashion_mnist"], (), 0.1, {"state": "absent"}),
        PluginReport(architectures["cnn"], (Finding("blocked", "is blocked."),)),
        PluginReport(architectures["dense"], (Finding("slow", "takes 2.0 s to import."),)),
    )
    text = printed(Report(ENVIRONMENT, plugins, ()))
    for line in (
        "tensorflow    2.21.0, imported in 4.6 s\n",
        "devices       CPU:0\n",
        "cache         /cache, 1.5 MB, not writable\n",
        "data          mnist: full, prepared: /cache/mnist\n",
        "zookit data fetch fashion_mnist\n",
        "takes 2.0 s to import.\n",
    ):
        assert line in text
    (blocked,) = (line for line in text.splitlines() if line.startswith("blocked "))
    assert "cnn" in blocked
    assert "4 plugins" in text.splitlines()[-1]


def test_the_command_prints_it_and_exits_with_1(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("ZOOKIT_DISABLE", "zookit")
    outcome = zookit("doctor")
    assert outcome.code == 1
    assert "'jax'" in outcome.out
    assert outcome.out.splitlines()[0].startswith("python  ")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("list architectures", "contested"),
        ("show made_0", "Flattens the images."),
        pytest.param(
            "run mnist made_0 --data sample --epochs 1 --quiet", "test", marks=pytest.mark.slow
        ),
    ],
)
def test_the_other_packages_work(site: Path, arguments: str, shown: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", *arguments.split()],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    assert shown in ended.stdout
