"""The pages of the documentation, and the commands and the code on them."""

import shlex

from code_blocks import code_blocks
from conftest import ROOT

from zookit.cli.commands import app
from zookit.typer_commands import command_of

PAGES = ("README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md")))
PLUGIN_GUIDE = "docs/plugins.md"
PLUGIN_PAGES = (
    PLUGIN_GUIDE,
    "docs/plugins-data.md",
    "docs/plugins-training.md",
    "docs/plugins-runs.md",
    "docs/plugins-sweeps.md",
)
"""The pages that tests/slow/test_guide.py follows from the first line to the last."""
SERVING_PAGE = "docs/serving.md"
"""The page whose code needs a server, which tests/docs/test_serving_page.py starts."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [block for each, block in code_blocks(text_of(page)) if each == language]


def plugin_blocks(language: str) -> list[str]:
    """Return the blocks of all pages about writing plugins."""
    return [block for page in PLUGIN_PAGES for block in blocks(page, language)]


def commands(page: str) -> list[str]:
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines), lines
    return [line.removeprefix("$ ") for line in lines]


def check_arguments(command: str) -> None:
    """Raise if a command does not exist or does not take its arguments. Nothing runs."""
    group = command_of(app)
    words = shlex.split(command)[1:]
    if words[0] == "--plugin":  # a file that another block of the page has
        del words[:2]
    context = group.make_context("zookit", [])
    name, found, arguments = group.resolve_command(context, words)
    found.make_context(name, arguments, parent=context)


def is_server(command: str) -> bool:
    """Whether a command runs until it is ended."""
    return command.startswith("zookit serve ")


def is_sweep(command: str) -> bool:
    """Whether a command trains a sweep. test_sweeps_page.py runs these one after the other."""
    return command.startswith("zookit sweep ") and "--dry-run" not in command
