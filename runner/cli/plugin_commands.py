"""Commands that plugins offer, beside zookit's own; none is imported until it is used."""

import inspect
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from zookit.core import BrokenPlugin, UnknownName
from zookit.core.errors import did_you_mean, typed_reason_of

if TYPE_CHECKING:
    from zookit.registry import Entry


def command_of(app: typer.Typer) -> Any:
    """Typer's command of an app, without Typer's options for completion.

    The scripts that these install know nothing of words. Typer must add them all the same: then
    alone it answers the shells.
    """
    command = typer.main.get_command(app)
    own = ("install_completion", "show_completion")
    command.params = [each for each in command.params if each.name not in own]
    return command


class WithPlugins(TyperGroup):
    """A group of commands that also finds those of the entry-point group `zookit.commands`.

    One whose name is zookit's own, or another plugin's too, is called `distribution/name`.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of zookit's own commands, or what stands for a plugin's; None for neither.

        Raises AmbiguousName, but for the shell's completion.
        """
        from zookit.registry import default

        own = super().get_command(ctx, cmd_name)
        known = cmd_name in default.commands
        if not ctx.resilient_parsing:  # the group's own error names the owners
            known = known or default.commands.is_ambiguous(cmd_name)
        return _Unloaded(default.commands[cmd_name]) if own is None and known else own

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What `args` ask for: a name, its command, the other arguments.

        Raises UnknownName or AmbiguousName, but for the shell's completion.
        """
        from zookit.registry import default

        name = args[0]
        found = self.get_command(ctx, name)
        if found is None and not ctx.resilient_parsing:
            known = self.list_commands(ctx)
            raise UnknownName(
                f"no command {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}."
                f"{default.commands.why_missing(name)}"
            )
        return name, found, args[1:]

    def list_commands(self, ctx: Any) -> list[str]:
        """What can be written, zookit's own commands first."""
        of_plugins = [name for names in self._of_plugins().values() for name in names]
        return [*super().list_commands(ctx), *of_plugins]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The help's lists: zookit's own with what they do, then each plugin package's."""
        own = [(name, self.commands[name]) for name in super().list_commands(ctx)]
        limit = formatter.width - 6 - max(len(name) for name, _ in own)
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(limit)) for name, each in own])
        for owner, names in self._of_plugins().items():
            with formatter.section(f"Commands of {owner}"):
                formatter.write_dl([(name, f"See 'zookit {name} --help'.") for name in names])

    def _of_plugins(self) -> dict[str, list[str]]:
        """Names by owner."""
        from zookit.registry import default

        by_owner: dict[str, list[str]] = defaultdict(list)
        for entry in default.commands.entries():
            taken = entry.name in self.commands or default.commands.is_ambiguous(entry.name)
            by_owner[entry.owner].append(entry.full_name if taken else entry.name)
        return by_owner


class _Unloaded(TyperCommand):
    """Stands for a plugin's command; whoever means to use it gets the command itself."""

    def __init__(self, entry: "Entry[Any]") -> None:
        super().__init__(entry.name)
        self._entry = entry

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The context of the command itself, imported now.

        Raises BrokenPlugin, but for the shell's completion: that has then nothing to offer.
        """
        if not extra.get("resilient_parsing"):
            return loaded_command(self._entry).make_context(info_name, args, parent=parent, **extra)
        try:
            with redirect_stdout(sys.stderr):  # what a module prints is nothing to choose
                command = loaded_command(self._entry)
        except BrokenPlugin:
            return super().make_context(info_name, args, parent=parent, **extra)
        return command.make_context(info_name, args, parent=parent, **extra)


def loaded_command(entry: "Entry[Any]") -> Any:
    """The plugin's Typer app, or a function made one, as Typer's own command."""
    found: Any = entry.load()
    try:
        if not isinstance(found, typer.Typer):
            app = typer.Typer(rich_markup_mode=None)
            app.command(entry.name, help=inspect.getdoc(found))(found)
            found = app
        return command_of(found)
    except Exception as error:  # whatever Typer makes of a stranger's annotations
        raise BrokenPlugin(
            f"command {entry.name!r} of {entry.owner} ({entry.value}) is none that Typer can make: "
            f"{typed_reason_of(error)}. Tell that package's author."
        ) from error
