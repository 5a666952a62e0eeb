"""The pictures of the documentation, and the page of the commands that made them on full data."""

import re
from itertools import chain

import pytest
from conftest import ROOT
from make_pictures import PAGE, PICTURES, RATES, SWEEPS, TRAININGS
from pages import check_arguments

IMAGES = ROOT / "docs" / "images"
COURSE = ROOT / "docs" / "course"
COMMANDS = tuple(
    dict.fromkeys(
        chain(
            (command for _, command in (*TRAININGS.values(), *SWEEPS.values())),
            *RATES.values(),
            *(commands for _, commands in PICTURES.values()),
        )
    )
)
PAGES = tuple(COURSE.glob("[0-9]*.md"))
FOUR_DECIMALS = re.compile(r"\b\d\.\d{4}\b")
AT_PICTURE = re.compile(r"^!\[[^]]*\]\(\.\./images/\d\d-.*\n+(?:\*(?:.+\n)+)?", re.MULTILINE)
"""A picture, and the paragraph of its caption if there is one."""
WITHOUT_RUN = {"05", "06"}
"""Steps that train nothing."""


def test_each_step_that_trains_shows_pictures_of_its_own() -> None:
    for page in PAGES:
        step = page.name[:2]
        own = {name for name in PICTURES if name.startswith(step)}
        shown = re.findall(r"!\[[^]]{30,}\]\(\.\./images/([\w-]+)\.png\)", page.read_text("utf-8"))
        assert set(shown) == own, page
        assert own or step in WITHOUT_RUN


def test_pictures_are_small_and_all_are_made_by_the_script() -> None:
    sizes = {file.stem: file.stat().st_size for file in IMAGES.glob("*.png")}
    assert set(sizes) == set(PICTURES)
    assert max(sizes.values()) < 120_000
    assert sum(sizes.values()) < 1_200_000


def test_the_page_has_the_commands_of_the_script() -> None:
    assert set(re.findall(r"`(zookit (?!data)[^`]+)`", PAGE.read_text("utf-8"))) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_valid_arguments(command: str) -> None:
    """Their words alone are read: on full data, they train for minutes."""
    check_arguments(command)


def test_exact_numbers_at_a_picture_stand_on_the_page() -> None:
    """A number of four decimals, in the text of a picture or in its caption."""
    on_page = set(FOUR_DECIMALS.findall(PAGE.read_text("utf-8")))
    pages = {page.name: AT_PICTURE.findall(page.read_text("utf-8")) for page in PAGES}
    assert any(FOUR_DECIMALS.search(text) for texts in pages.values() for text in texts)
    missing = {
        name: set(FOUR_DECIMALS.findall(" ".join(texts))) - on_page for name, texts in pages.items()
    }
    assert not {name: numbers for name, numbers in missing.items() if numbers}
