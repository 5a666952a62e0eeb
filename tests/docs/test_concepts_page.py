"""The page about concepts names every kind of plugin and how to choose one."""

import re

from pages import text_of

from zookit.registry import Registry


def test_the_page_has_every_kind() -> None:
    _, _, section = text_of("docs/concepts.md").partition("\n## Components\n")
    rows = re.findall(
        r"^\| ([a-z ]+) \| .* \| (.*) \|$", section.partition("\n## ")[0], re.MULTILINE
    )
    places = dict(rows[1:])
    kinds = {kind.singular: kind.option for kind in Registry.kinds()}
    assert set(places) == set(kinds)
    for name, option in kinds.items():
        assert not option or f"{option}`" in places[name]
