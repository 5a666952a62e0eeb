"""The first paragraph of a card describes a model in lists."""

import os
from pathlib import Path

import pytest
from made_models import make_model
from model_site import ModelSite, forget, models

from zookit.registry import default

__all__ = ["models"]


@pytest.fixture
def folder(models: ModelSite, tmp_path: Path) -> Path:
    """The folder of one of the models of a distribution."""
    (tmp_path / "run").mkdir()
    card = "# a\n\nThe first\nparagraph.\n\nThe second.\n"
    found = make_model(
        models.path, tmp_path / "run", "zookit-zoo", "a", folder="zookit_zoo__a", card=card
    )
    forget()
    return found


def test_the_first_paragraph(folder: Path) -> None:
    assert default.models["a"].summary == "The first paragraph."


def test_a_card_that_cannot_be_read(folder: Path) -> None:
    (folder / "card.md").unlink()
    assert default.models["a"].summary == ""
    os.mkfifo(folder / "card.md")
    assert default.models["a"].summary == ""


@pytest.mark.parametrize("content", [b"", b"# a", b"\xff\xfe\n\n\xff", b"a" * 100_000])
def test_any_card(folder: Path, content: bytes) -> None:
    (folder / "card.md").write_bytes(content)
    assert len(default.models["a"].summary) <= 300
