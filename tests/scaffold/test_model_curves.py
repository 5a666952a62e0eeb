"""The drawings of a card, as files that a browser shows by themselves."""

from pathlib import Path
from xml.etree import ElementTree as ET

from zookit.report.predictions import results_of
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import read_run
from zookit.scaffold.model_curves import drawings_of


def test_each_is_a_complete_svg_file_in_its_own_colours(finished: Path) -> None:
    run = read_run(finished)
    evaluation = load_evaluation(run)
    assert evaluation is not None
    drawings = list(
        drawings_of(run, results_of(evaluation, run.environment.data.class_names, "test"))
    )
    assert [file for file, _, _ in drawings] == ["loss.svg", "accuracy.svg", "confusion.svg"]
    for _, label, content in drawings:
        root = ET.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert float(root.attrib["width"]) > 100
        assert "2 epochs" in label or "3 classes" in label
        assert "var(" not in content.replace("var(--width)", "")
        assert "currentColor" not in content
