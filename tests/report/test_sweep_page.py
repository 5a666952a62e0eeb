"""The page about a sweep: what it says, that it is self-contained, and how a browser shows it."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from browser import WIDTHS, Browser
from conftest import ROOT
from made_grids import GridMaker
from parsed_page import Page, check_whole

from zookit.core import FolderError
from zookit.report.grid import GridCell, grid_of
from zookit.report.sweep_page import check_sweep_report, sweep_page_of, write_sweep_report

pytestmark = pytest.mark.xdist_group("report")


def page_of(cells: list[GridCell]) -> Page:
    page = Page(sweep_page_of(grid_of(cells)))
    check_whole(page)
    return page


@pytest.fixture
def sweep(cell: GridMaker) -> list[GridCell]:
    """Two data sets, three architectures, two learning rates, two seeds; one cell failed."""
    cells = [
        cell(
            {"dataset": data, "architecture": word, "learning_rate": rate},
            level + len(word) / 500 + float(rate) + seed / 1000,
            test=level,
            seed=seed,
        )
        for data, level in (("mnist", 0.9), ("fashion_mnist", 0.8))
        for word in ("cnn", "dense:64", "dense:128")
        for rate in ("0.01", "0.001")
        for seed in (0, 1)
    ]
    words = {"architecture": "cnn", "learning_rate": "0.1"}
    return [
        *cells,
        cell(words, status="failed", reason="the loss is not a number"),
        cell(words, seed=1, status="failed", reason="the loss is not a number"),
        cell({**words, "dataset": "tiny"}, status="misfit", reason="cnn: 4 x 4 images are small"),
        cell({**words, "dataset": "fashion_mnist"}, status="pruned"),
    ]


def test_the_page_has_the_result_of_a_sweep(sweep: list[GridCell]) -> None:
    page = page_of(sweep)
    best = sweep[9].run, sweep[21].run
    for each in best:
        assert each
        assert f"zookit predict 'made runs/{each.name}' IMAGE" in page.text
    for expected in (
        "Sweep of 27 cells",
        "0.001, 0.01, 0.1",  # what varies
        "dense:128 learning_rate=0.01: validation accuracy 0.9285 ± 0.0007 over 2 seeds",
        "test accuracy of the best run 0.9000",
        "the loss is not a number (2 cells)",
        "mnist cnn learning_rate=0.1 seed=1",
        "cnn: 4 x 4 images are small",
        "Stopped early by the search: 1",
    ):
        assert expected in page.text, expected
    # The leaderboard has a table for each data set, of six experiments.
    heads = [row for row in page.tables["texts"] if row[0] == "#"]
    assert len(heads) == 2
    assert len(page.tables["texts"]) == 2 + 12
    assert "0.9285 ± 0.0007" in {text for row in page.tables["texts"] for text in row}
    # Data set and architecture, data set and rate, and for two data sets architecture and rate.
    heat = page.tables["heat"]
    corners = [row[0] for row in heat if row[0] in ("dataset", "architecture", "learning_rate")]
    assert len(corners) == 4
    texts = {text for row in heat for text in row}
    assert {"0.9285", "failed", "no fit", "pruned"} <= texts
    for mark in ("failed", "no fit", "pruned"):
        assert f"{mark}: " in page.text
    # The plot.
    found = [each["aria-label"] for each in page.all("svg")]
    assert found[0].startswith("Parallel coordinates of 12 combinations")
    assert len(found) == 1


def test_a_sweep_without_results_has_a_page(cell: GridMaker) -> None:
    page = page_of([cell({"epochs": at}, status="waiting") for at in "123"])
    assert "No cell has a result yet." in page.text
    assert "Not trained to the end: 3" in page.text
    assert not page.all("svg")
    assert "Sweep of 1 cell on mnist" in page_of([cell({})]).text


def test_words_are_text_whatever_they_hold(cell: GridMaker) -> None:
    style = "</style>\"'&amp; $x$ {{ 7919 * 7907 }}"
    hostile = ("<script>alert(1)</script>", style, "line\nbreak \x1b")
    cells = [
        cell({"dataset": one, "architecture": other, f"<b>{one}": "1"}, 0.5, seed=seed)
        for one, other in itertools.product(hostile, hostile)
        for seed in (0, 1)
    ]
    cells += [cell({"dataset": each}, status="failed", reason=each) for each in hostile]
    page = page_of(cells)
    assert hostile[0] in page.text
    assert hostile[1] in page.text
    assert r"line\nbreak \x1b" in page.text
    assert "62615533" not in page.text


def test_the_page_of_thousands_of_cells_is_small(cell: GridMaker) -> None:
    cells = [
        cell(
            {
                "learning_rate": f"{10 ** (-5 * (at % 97) / 97):.5g}",
                "dense.units": str(16 + at % 500),
                "optimizer": ("adam", "sgd")[at % 2],
                "batch_size": str(2 ** (at % 7)),
                "validation": str(0.1 + at % 3 / 10),
                "epochs": str(1 + at % 5),
            },
            at / 2400,
            status="failed" if at % 10 == 0 else "finished",
            reason=f"reason {at % 80}" if at % 10 == 0 else "",
        )
        for at in range(1200)
    ]
    page = page_of(cells)
    assert len(page.source) < 600_000
    assert "3 more are left out." in page.text
    assert "The best 100 of 1,080." in page.text
    assert "500 of 1,080 combinations" in page.text
    assert "Failed: 120" in page.text
    assert "(15 cells)" in page.text


def test_a_file_that_is_not_a_report_is_not_overwritten(cell: GridMaker, tmp_path: Path) -> None:
    grid = grid_of([cell({"epochs": at}, status="failed") for at in "12"])
    file = write_sweep_report(grid, tmp_path / "sweep.html")
    assert write_sweep_report(grid, file).read_text(encoding="utf-8") == sweep_page_of(grid)
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    for path in (mine, tmp_path, tmp_path / "missing" / "page.html"):
        with pytest.raises(FolderError, match=path.name):
            check_sweep_report(path)
        with pytest.raises(FolderError, match=path.name):
            write_sweep_report(grid, path)
    assert mine.read_text() == "mine"
    assert write_sweep_report(grid, mine, force=True) == mine


def brightness(colour: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """The relative luminance of the Web Content Accessibility Guidelines."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_numbers_are_readable_on_every_colour() -> None:
    style = (ROOT / "runner" / "report" / "templates" / "style.css").read_text(encoding="utf-8")
    low, rest = re.findall(r"opacity: calc\(([\d.]+) \+ ([\d.]+) \* var\(--heat", style)[0]
    for theme in style.split("prefers-color-scheme: dark")[:2]:
        card, ink, series = (
            np.array([int(found[at : at + 2], 16) / 255 for at in (0, 2, 4)])
            for name in ("card", "ink", "series-1")
            for found in re.findall(rf"--{name}: #(\w{{6}})", theme)
        )
        for heat in (0, 0.5, 1):
            opacity = float(low) + float(rest) * heat
            behind = brightness(opacity * series + (1 - opacity) * card)
            light, dark = sorted((brightness(ink), behind), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.slow
def test_a_browser_shows_the_page_without_requests_or_overflow(
    sweep: list[GridCell], tmp_path: Path, browser: Browser
) -> None:
    file = write_sweep_report(grid_of(sweep), tmp_path / "sweep.html")
    browser.requested()
    browser.complaints()
    for scheme, width in itertools.product(("light", "dark"), WIDTHS):
        browser.show(file, width, scheme)
        asked = browser.requested()
        assert [each for each in asked if not each.startswith("data:")] == [file.as_uri()]
        fits = "document.scrollingElement.scrollWidth <= innerWidth"
        assert browser.asks(f"innerWidth == {width} && {fits}"), (scheme, width)
        # Better numbers have a stronger colour, and missing ones none.
        opacity = "parseFloat(getComputedStyle(each, '::before').opacity)"
        row = browser.asks(
            "[...[...document.querySelectorAll('.heat tr')].find(each => "
            "each.querySelectorAll('td').length > 1 && each.querySelector('.best'))"
            f".querySelectorAll('td')].map(each => [each.innerText, {opacity}])"
        )
        for text, strength in row:
            assert (strength > 0.03) == text[0].isdigit(), row
        letters = browser.asks(
            "[...document.querySelectorAll('svg text')].map("
            "each => each.getBoundingClientRect().height)"
        )
        assert min(letters) > 8
        picture = np.asarray(
            browser.screenshot(tmp_path / f"{scheme}-{width}.png", width).convert("L")
        )
        assert picture.mean() < 90 if scheme == "dark" else picture.mean() > 170
        assert browser.complaints() == []
