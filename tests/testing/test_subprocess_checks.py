"""Questions to fresh processes."""

from pathlib import Path

import pytest
from made_plugins import ARCHITECTURE, make_architecture

from zookit.core import ZookitError
from zookit.registry import Registry
from zookit.testing import targets
from zookit.testing.subprocess_checks import ask


def test_one_that_ends_the_process_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_architecture(tmp_path, "my-fine", ARCHITECTURE, "fine")
    make_architecture(tmp_path, "my-fatal", f"import os\nos._exit(3)\n{ARCHITECTURE}", "fatal")
    make_architecture(tmp_path, "my-faulty", "raise RuntimeError('no')", "faulty")
    monkeypatch.syspath_prepend(tmp_path)
    fine, fatal, faulty = targets("fine", "fatal", "faulty", registry=Registry())
    assert ask(fine, "heavy_imports") == []
    with pytest.raises(ZookitError, match="exit code 3"):
        ask(fatal, "heavy_imports")
    with pytest.raises(ZookitError, match="RuntimeError: no"):
        ask(faulty, "heavy_imports")
