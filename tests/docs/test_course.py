"""The course: what each page shows is what comes out."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest
from conftest import ROOT, Command
from shown_output import check_shown

import zookit as package

PAGES = sorted((ROOT / "docs" / "course").glob("[0-9]*.md"))
BLOCK = re.compile(r"^```(console|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("course")]


@pytest.fixture
def keras_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras's own data sets are zookit's samples: Keras would download them."""

    def load(name: str) -> Iterator[tuple[object, object]]:
        splits = package.load_data(name, "sample").splits
        for split in (splits.train, splits.test):
            yield split.images[..., 0].copy(), split.labels.copy()

    for name in ("fashion_mnist", "mnist"):
        module = getattr(keras.datasets, name)
        monkeypatch.setattr(module, "load_data", lambda name=name: tuple(load(name)))


@pytest.mark.usefixtures("keras_data")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_what_comes_out(zookit: Command, page: Path, tmp_path: Path) -> None:
    """Console blocks have commands and what they print; text blocks what the code before prints."""
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                name, *arguments = shlex.split(command)
                assert name == "zookit"
                outcome = zookit(*arguments)
                assert outcome.code == 0, outcome
                if shown:
                    check_shown(shown, outcome.out)
        elif language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block, page.name, "exec"), names)
            printed = out.getvalue()
        else:
            check_shown(block, printed)


def test_the_index_lists_all_steps() -> None:
    index = (ROOT / "docs" / "course" / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\d-[\w-]+\.md)\)", index) == [page.name for page in PAGES]
