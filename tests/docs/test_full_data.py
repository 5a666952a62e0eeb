"""The pictures of the documentation, and the page of the commands that made them on full data."""

import re
import shlex
from itertools import chain

import pytest
from conftest import ROOT
from make_pictures import PAGE, PICTURES, RATES, SWEEPS, TRAININGS

from zookit.cli.commands import app
from zookit.typer_commands import command_of

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
WITHOUT_RUN = {"05", "06"}
"""Steps that train nothing."""


def test_each_step_that_trains_shows_pictures_of_its_own() -> None:
    for page in COURSE.glob("[0-9]*.md"):
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
    group = command_of(app)
    words = shlex.split(command)[1:]
    if words[0] == "--plugin":  # a file that a page of the course shows
        del words[:2]
    context = group.make_context("zookit", [])
    name, found, arguments = group.resolve_command(context, words)
    found.make_context(name, arguments, parent=context)
