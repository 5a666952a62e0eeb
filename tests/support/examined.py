"""The doctor's report, as JSON, on a folder of test distributions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zookit.doctor.examination import examine
from zookit.doctor.report import Report
from zookit.registry import Registry


@dataclass(frozen=True)
class Examined:
    """A report; its plugins by name."""

    report: Report

    @property
    def plain(self) -> dict[str, Any]:
        return self.report.plain()

    def __getitem__(self, name: str) -> dict[str, Any]:
        (plugin,) = (each for each in self.plain["plugins"] if each["name"] == name)
        return dict(plugin)

    def finding(self, name: str) -> dict[str, Any]:
        """The only finding of a plugin."""
        (finding,) = self[name]["findings"]
        return dict(finding)

    def reasons(self) -> list[str]:
        """The reasons of the findings that belong to no plugin."""
        return [each["reason"] for each in self.plain["findings"]]


def examined(site: Path, seconds: float = 20, **variables: str) -> Examined:
    """Examine the site's plugins.

    zookit's own are blocked, and TensorFlow, which takes seconds to import, is refused at once
    because of another Keras backend.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        defaults = {
            "KERAS_BACKEND": "jax",
            "ZOOKIT_DISABLE": "zookit",
            "ZOOKIT_CACHE_DIR": str(site / "cache"),
            "ZOOKIT_DATA_DIR": "",
        }
        for name, value in {**defaults, **variables}.items():
            patch.setenv(name, value)
        return Examined(examine(Registry(), seconds, _unwatched))


@contextmanager
def _unwatched(total: int) -> Iterator[Callable[[], None]]:
    del total
    yield lambda: None


def started_process(site: Path, name: str) -> int:
    """The process id that a plugin has written."""
    return int((site / f"{name}.pid").read_text())
