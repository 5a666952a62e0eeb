"""What the plugin guide renames goes on working under the old names."""

import tomllib
from pathlib import Path

import pytest
from pages import plugin_blocks
from plugin_site import Site

from zookit.registry import Registry


def test_what_the_guide_renames_goes_on_working(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for block in (*plugin_blocks("python"), *plugin_blocks("toml")):
        if "averages" in block:
            written = tmp_path / block.partition("\n")[0].removeprefix("# ")
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(block)
    for block in plugin_blocks("diff"):
        header, *hunks = block.split("@@\n")
        file = tmp_path / header.strip().removeprefix("# ")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] != "+")
            after = "".join(line[1:] for line in lines if line[0] != "-")
            assert file.read_text().count(before) == 1, before
            file.write_text(file.read_text().replace(before, after))
    # A name of its own, because other tests import the guide's package.
    (tmp_path / "src" / "zookit_stripes").rename(tmp_path / "renamed_stripes")
    monkeypatch.syspath_prepend(tmp_path)
    tables = (tmp_path / "pyproject.toml").read_text().replace("zookit_stripes", "renamed_stripes")
    points = tomllib.loads(tables)["project"]["entry-points"]["zookit.architectures"]
    lines = [f"{name} = {value}" for name, value in points.items()]
    Site(tmp_path).install("zookit-stripes", "\n".join(lines), version="2.0")
    nets = Registry(path=[str(tmp_path)]).architectures
    built = nets.build("averages:filters=4,kernel=5")
    assert built.spec == nets.build("mean_maps:maps=4,kernel=5").spec
    assert len(built.old_names) == 2
    assert list(nets.former()) == ["averages"]
