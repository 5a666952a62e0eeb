"""Every command and code block of the README and the docs, run as it stands there."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import keras
import pytest
from conftest import ROOT, Command
from declared import entries
from PIL import Image
from type_checked import complaints

from zookit import run as train

PAGES = ("README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md")))
PLUGINS = "docs/plugins.md"
# What a test cannot run: it installs, needs the whole data, or takes minutes.
ELSEWHERE = ".venv/bin"


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines), lines
    return [line[2:] for line in lines if ELSEWHERE not in line]


# Each once, on however many pages it stands.
COMMANDS = dict.fromkeys(command for page in PAGES if page != PLUGINS for command in commands(page))


@pytest.fixture
def one_epoch() -> object:
    """Keras's own switch, so that commands can run as they are, but briefly."""
    keras.config.set_max_epochs(1)
    yield
    keras.config.set_max_epochs(None)


@pytest.fixture
def photos(tmp_path: Path) -> None:
    for name, colour in (("cats", "black"), ("dogs", "white")):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for at in range(6):
            Image.new("RGB", (70 + at, 64), colour).save(folder / f"{at}.png")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run for the commands that want one."""
    runs = tmp_path_factory.mktemp("kept") / "runs"
    settings: dict[str, Any] = {"data": "sample", "epochs": 1, "batch_size": 256, "validation": 0.1}
    train("mnist", "dense:8", runs_dir=runs, quiet=True, **settings)
    return runs


@pytest.fixture
def kept(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "runs")


@pytest.mark.usefixtures("one_epoch", "photos", "kept")
@pytest.mark.filterwarnings("ignore:Limiting epochs")
@pytest.mark.parametrize("command", COMMANDS)
def test_command(zookit: Command, command: str) -> None:
    name, *arguments = shlex.split(command)
    assert name == "zookit"
    if "clear" in arguments:  # Something must be there, whichever tests ran before in this process.
        assert zookit("show", "mnist", "--image", "0", "--data", "sample").code == 0
    outcome = zookit(*arguments)
    assert outcome.code == 0, outcome


@pytest.mark.usefixtures("one_epoch", "kept")
@pytest.mark.filterwarnings("ignore:Limiting epochs")
@pytest.mark.parametrize(
    ("page", "block"),
    [(page, block) for page in PAGES if page != PLUGINS for block in blocks(page, "python")],
    ids=lambda value: value if value in PAGES else "",
)
def test_python_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str, block: str
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, page, "exec"), {})


def test_guides_file_runs(zookit: Command, tmp_path: Path) -> None:
    (text,) = blocks("docs/guide.md", "toml")
    file = tmp_path / "short.toml"
    file.write_text(text)
    assert zookit("run", "--from", file).code == 0


def test_plugin_guide_declares_what_it_defines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """tests/slow/test_guide.py goes through all of that page, from nothing to published."""
    monkeypatch.syspath_prepend(tmp_path / "src")
    for block in blocks(PLUGINS, "python"):
        file = tmp_path / block.partition("\n")[0].removeprefix("# ")
        assert file.is_relative_to(tmp_path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block)
    tables = "".join(blocks(PLUGINS, "toml"))
    # Those that 'zookit new' makes are of another package, which is made elsewhere.
    found = [entry for entry in entries(tables) if not entry.name.startswith("stripes")]
    defined = {path.stem for path in (tmp_path / "src" / "zookit_stripes").iterdir()}
    assert {entry.name for entry in found} == defined
    assert len({entry.kind.plural for entry in found}) == 5
    for entry in found:
        assert entry.load()
    assert not complaints(tmp_path / "src")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
