"""A run in a notebook: facts, and curves from the second epoch on."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

from small_runs import small_run

from zookit.report.notebook import html_of_run
from zookit.runs.run import read_run


def test_it_shows_the_facts_and_a_drawing_for_each_curve() -> None:
    run = read_run(small_run())
    page = html_of_run(run)
    accuracy = f"{run.metrics['accuracy']:.4f}"
    for fact in ("finished", "dense:units=8", "image_folder", accuracy, run.name):
        assert fact in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org/", "")


def test_one_epoch_has_no_curve() -> None:
    run = read_run(small_run())
    first = replace(run, history={name: values[:1] for name, values in run.history.items()})
    assert "<svg" not in html_of_run(first)


def test_what_a_run_is_called_is_escaped() -> None:
    run = replace(read_run(small_run()), folder=Path("/runs/<b>&</b>"))
    page = html_of_run(run)
    assert "<b>" not in page
    ET.fromstring(f"<div>{page}</div>")


def test_a_drawing_can_be_of_a_run_with_any_name() -> None:
    """References such as url(#name) must hold no space, bracket or backslash."""
    run = replace(read_run(small_run()), folder=Path("/runs/my run (1) \\q"))
    page = html_of_run(run)
    references = re.findall(r'(?:href="#|url\(#)([^"]*?)[")]', page)
    assert references
    for name in references:
        assert re.fullmatch(r"[\w-]+", name)
        assert f'id="{name}"' in page
