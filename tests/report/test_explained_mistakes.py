"""Where the model looked, in the report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from made_runs import digits, two_classes
from parsed_page import Page

from zookit.core import BadExperiment, Evaluation
from zookit.inference.data_uri import data_uri
from zookit.inference.explanation import explain, overlay
from zookit.report import explained_mistakes as module
from zookit.report.explained_mistakes import explain_mistakes
from zookit.report.page import page_of
from zookit.runs.evaluation import load_evaluation

pytestmark = pytest.mark.xdist_group("shared runs")


def evaluation() -> Evaluation:
    found = load_evaluation(digits())
    assert found is not None
    return found


def test_each_mistake_is_beside_where_the_model_looked(zookit: Command, tmp_path: Path) -> None:
    """For the class that it predicted."""
    folder = digits().folder
    assert zookit("report", folder, "--output", "page.html", "--explain").code == 0
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    predicted = evaluation().predicted[evaluation().mistakes_at]
    expected = explain(digits(), evaluation().mistakes, predicted)
    assert f"({expected.method})" in page.text
    images = page.all("img")
    assert len(images) == 2 * 24
    for image, where, pixels, heat in zip(
        images[::2], images[1::2], evaluation().mistakes, expected.maps, strict=False
    ):
        assert image["src"] == data_uri(pixels)
        assert where["src"] == data_uri(overlay(pixels, heat))
        assert where["alt"].startswith("Where the model looked in test image ")
    plain = Page(page_of([digits()]))
    assert len(plain.all("img")) == 24
    assert expected.method not in plain.text


@pytest.mark.parametrize("keeps", ["smaller images", "none"])
def test_images_that_the_run_does_not_keep_are_those_of_its_data_set(
    keeps: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = evaluation()
    small = replace(kept, mistakes=kept.mistakes[:, ::2, ::2])
    if keeps == "none":
        small = replace(small, mistakes_at=kept.mistakes_at[:0], mistakes=kept.mistakes[:0, :1, :1])
    expected = explain_mistakes(digits())
    monkeypatch.setattr(module, "load_evaluation", lambda run: small)
    found = explain_mistakes(digits())
    np.testing.assert_array_equal(found.at, kept.mistakes_at[:24])
    np.testing.assert_array_equal(found.images, kept.mistakes[:24])
    np.testing.assert_allclose(found.explanation.maps, expected.explanation.maps, atol=1e-6)
    other = replace(digits().environment.data, hash="0" * 64)
    moved = replace(digits(), environment=replace(digits().environment, data=other))
    with pytest.raises(BadExperiment, match="are not those that it was tested on"):
        explain_mistakes(moved)


@pytest.mark.usefixtures("fresh_cache")
def test_no_option_is_advised_that_the_command_does_not_have(zookit: Command) -> None:
    message = zookit("report", "mnist_cnn", "--explain").message()
    assert "ZOOKIT_DATA_DIR" in message
    assert message.endswith("Or leave out --explain.")
    assert "--data" not in message


def test_a_model_without_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = evaluation()
    right = replace(
        kept,
        predicted=kept.labels,
        mistakes_at=kept.mistakes_at[:0],
        mistakes=kept.mistakes[:0, :1, :1],
    )
    monkeypatch.setattr(module, "load_evaluation", lambda run: right)
    assert explain_mistakes(digits()).overlays() == []


def test_only_one_finished_run_is_explained(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = zookit("report", digits().folder, two_classes().folder, "--explain")
    assert "one run, got 2 runs" in several.message()
    monkeypatch.setattr(module, "load_evaluation", lambda run: None)
    assert "finished run" in zookit("report", digits().folder, "--explain").message()


def test_large_images_are_shown_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zookit.inference.evaluate._SIDE", 10)
    found = explain_mistakes(digits())
    assert found.images.shape == (24, 10, 10, 1)
    assert found.explanation.maps.shape == (24, 10, 10)
    assert [each.shape for each in found.overlays()] == [(10, 10, 3)] * 24
