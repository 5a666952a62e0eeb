"""A folder of installed models on the import path, which the registry of this process knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_models import make_model

from zookit.registry import Entry, default


class ModelSite:
    """A folder of installed distributions with models."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self, run: Path, *names: str, **others: Any) -> Path:
        """Install a run as `make_model` does; return the model's folder."""
        folder = make_model(self.path, run, *names, **others)
        forget()
        return folder

    @property
    def entry(self) -> Entry[Any]:
        """The only model that is installed here."""
        (found,) = (e for e in default.models.entries() if self.path in Path(_metadata(e)).parents)
        return found


def _metadata(entry: Entry[Any]) -> str:
    return entry.declared.metadata


def forget() -> None:
    """Have the registry search the installed packages again."""
    vars(default)["_components"].clear()
    vars(default).pop("_scanned", None)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelSite]:
    """An empty folder for installed models."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    forget()
    yield ModelSite(site)
    monkeypatch.undo()
    forget()
