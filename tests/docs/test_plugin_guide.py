"""The plugin guide declares what it defines. tests/slow/test_guide.py follows its steps."""

from pathlib import Path

import pytest
from declared import entries
from pages import plugin_blocks
from plugin_site import Site
from type_checked import complaints

from zookit.registry import Registry


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of the guide's files."""
    for block in plugin_blocks("python"):
        file = tmp_path / block.partition("\n")[0].removeprefix("# ")
        assert file.is_relative_to(tmp_path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block)
    return tmp_path / "src"


def test_every_component_has_its_entry_point(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    monkeypatch.syspath_prepend(source)
    tables = "".join(plugin_blocks("toml"))
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


def test_what_the_guide_renames_goes_on_working(
    monkeypatch: pytest.MonkeyPatch, source: Path, tmp_path: Path
) -> None:
    table = next(each for each in plugin_blocks("toml") if "averages" in each)
    (tmp_path / "pyproject.toml").write_text(table)
    for block in plugin_blocks("diff"):
        header, *hunks = block.split("@@\n")
        file = tmp_path / header.strip().removeprefix("# ")
        text = file.read_text()
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] != "+")
            assert text.count(before) == 1, before
            text = text.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))
        file.write_text(text)
    lines = (tmp_path / "pyproject.toml").read_text().partition("]\n")[2]
    # A name of its own, because the other tests import the guide's package.
    (source / "zookit_stripes").rename(source / "zookit_renamed_stripes")
    monkeypatch.syspath_prepend(source)
    lines = lines.replace("zookit_stripes", "zookit_renamed_stripes").replace('"', "")
    Site(source).install("zookit-stripes", lines, group="zookit.architectures", version="2.0")
    nets = Registry(path=[str(source)]).architectures
    built = nets.build("averages:filters=4,kernel=5")
    assert built.spec.words == nets.build("mean_maps:maps=4,kernel=5").spec.words
    assert len(built.old_names) == 2
    assert [old.name for old in nets.former()] == ["averages"]
