"""Converts the functions and Typer apps of plugins into Typer commands."""

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from zookit.core import BrokenPlugin
from zookit.core.errors import reraise_interruption, typed_reason_of

if TYPE_CHECKING:
    from zookit.registry import Entry


@cache  # an error asks for it again, to correct the line
def command_of(app: typer.Typer) -> Any:
    """Return Typer's command of an app, without Typer's options for installing completion.

    The scripts that those install do not know components. Typer must add the options all the same,
    because only then does it answer the shells.
    """
    command = typer.main.get_command(app)
    unwanted = ("install_completion", "show_completion")
    command.params = [each for each in command.params if each.name not in unwanted]
    return command


def load_command(entry: "Entry[Any]") -> Any:
    """Return the command of a plugin's Typer app or function. Raises BrokenPlugin."""
    loaded: Any = entry.load()
    try:
        if not isinstance(loaded, typer.Typer):
            app = typer.Typer(rich_markup_mode=None)
            app.command(entry.name, help=inspect.getdoc(loaded))(loaded)
            loaded = app
        return command_of(loaded)
    except BaseException as error:  # whatever a plugin's annotations make Typer raise
        reraise_interruption(error)
        raise BrokenPlugin(
            f"command {entry.name!r} of {entry.owner} ({entry.value}) is not a valid Typer "
            f"command: {typed_reason_of(error)}. Report this to the plugin's author."
        ) from error
