"""The drawings of a card, as files that a browser shows by themselves."""

from pathlib import Path
from xml.etree import ElementTree as ET

from zookit.runs.run import read_run
from zookit.scaffold.model_curves import drawings_of


def test_each_is_a_complete_svg_file_in_its_own_colours(finished: Path) -> None:
    drawings = list(drawings_of(read_run(finished), None))
    assert [file for file, _, _ in drawings] == ["loss.svg", "accuracy.svg"]
    for _, label, content in drawings:
        root = ET.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert float(root.attrib["width"]) > 100
        assert "2 epochs" in label
        assert "var(" not in content.replace("var(--width)", "")
        assert "currentColor" not in content
