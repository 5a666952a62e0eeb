"""The course: what each page shows is what comes out."""

import re
from collections.abc import Iterator
from pathlib import Path

import keras
import pytest
from conftest import Command
from page_reader import COURSE, PageReader

import zookit as package

PAGES = sorted(COURSE.glob("[0-9]*.md"))

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


@pytest.fixture
def reader(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keras_data: None
) -> Iterator[PageReader]:
    reader = PageReader(zookit, tmp_path, monkeypatch)
    yield reader
    reader.leave()


# Keras warns of its own default where the data is a tf.data.Dataset.
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed, but will be ignored")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_what_comes_out(reader: PageReader, page: Path) -> None:
    reader.follow(page)


def test_the_index_lists_all_steps() -> None:
    index = (COURSE / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d\d-[\w-]+\.md)\)", index) == [page.name for page in PAGES]


@pytest.mark.parametrize("script", sorted(COURSE.glob("*.py")), ids=lambda script: script.stem)
def test_a_page_shows_the_script_and_runs_it(script: Path) -> None:
    """Running the page runs the script."""
    (page,) = (page for page in PAGES if f"$ python {script.name}\n" in page.read_text())
    assert f"```python\n{script.read_text()}```\n" in page.read_text()
