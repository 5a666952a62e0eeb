"""The pages about the zoo are those of its entries."""

from dataclasses import replace
from pathlib import Path

from test_zoo_entries import ORIGIN, RESULT, TINY
from zoo_entries import Entry, Published, Repetition, read_entries, read_entry
from zoo_page import best_of, is_same, page, pages_differ, reproduced, spread


def made(folder: Path, name: str, val_accuracy: float | None, *, parameters: int = 10) -> Entry:
    path = folder / f"{name}.toml"
    path.write_text(TINY)
    entry = read_entry(path)
    if val_accuracy is None:
        return entry
    result = replace(RESULT, val_accuracy=val_accuracy)
    return entry.with_result(result, replace(ORIGIN, parameters=parameters))


def test_the_pages_are_up_to_date() -> None:
    assert pages_differ(read_entries()) == [], "run: python zoo/zoo.py page"


def test_validation_chooses_the_best(tmp_path: Path) -> None:
    low, high = made(tmp_path, "low", 0.8), made(tmp_path, "high", 0.9)
    small, untrained = made(tmp_path, "small", 0.9, parameters=3), made(tmp_path, "new", None)
    assert best_of([low, high, untrained]) is high
    assert best_of([high, small]) is small
    assert best_of([untrained]) is None
    lines = page([low, high]).splitlines()
    assert [line for line in lines if "best" in line and line.startswith("|")] == [
        line for line in lines if line.startswith("| **[high]")
    ]


def test_it_shows_what_was_reached_and_what_was_published(tmp_path: Path) -> None:
    entry = made(tmp_path, "tiny", 0.8).with_result(replace(RESULT, seed=1, accuracy=0.8), ORIGIN)
    published = Published(accuracy=0.95, source="a paper", differs="more images")
    text = page([replace(entry, notes=replace(entry.notes, published=published))])
    for fact in ("0.8500 ± 0.0707", "`abababababab`", "a processor", "a paper", "more images"):
        assert fact in text
    assert "not trained yet" in page([made(tmp_path, "new", None)])


def test_spread_is_that_of_a_sample() -> None:
    assert [spread([]), spread([0.5]), spread([0.4, 0.6])] == ["", "0.5000", "0.5000 ± 0.1414"]


def test_a_repetition_with_other_weights_is_shown_as_such(tmp_path: Path) -> None:
    entry = made(tmp_path, "tiny", 0.8)
    again = Repetition(
        seed=0, weights=RESULT.weights, accuracy=0.9, seconds=1, date="2026-11-27", versions="all"
    )
    same = replace(entry, notes=replace(entry.notes, repetition=again))
    other = replace(entry, notes=replace(entry.notes, repetition=replace(again, weights="ef" * 32)))
    assert (is_same(entry), is_same(same), is_same(other)) == (False, True, False)
    assert "1 of 2 are the same" in reproduced([same, other])
    assert "| **no** |" in reproduced([other])
