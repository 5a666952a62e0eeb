"""The plugin guide declares what it defines. tests/slow/test_guide.py follows its steps."""

from pathlib import Path

import pytest
from declared import entries
from pages import PLUGIN_GUIDE, blocks
from type_checked import complaints


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of the guide's files."""
    for block in blocks(PLUGIN_GUIDE, "python"):
        file = tmp_path / block.partition("\n")[0].removeprefix("# ")
        assert file.is_relative_to(tmp_path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block)
    return tmp_path / "src"


def test_every_component_has_its_entry_point(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    monkeypatch.syspath_prepend(source)
    tables = "".join(blocks(PLUGIN_GUIDE, "toml"))
    # 'zookit new' creates the others.
    found = [entry for entry in entries(tables) if not entry.name.startswith("stripes")]
    defined = {path.stem for path in (source / "zookit_stripes").iterdir()}
    assert {entry.name for entry in found} == defined
    assert len({entry.kind.plural for entry in found}) == 5
    for entry in found:
        assert entry.load()


@pytest.mark.slow
def test_code_passes_mypy(source: Path) -> None:
    assert not complaints(source)
