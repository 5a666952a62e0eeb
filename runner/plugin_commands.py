"""Commands that plugins offer, beside zookit's own; none is imported until it is used."""

import inspect
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from zookit.registry import Entry


class WithPlugins(TyperGroup):
    """A group of commands that also finds those of the entry-point group `zookit.commands`.

    One whose name is zookit's own, or another plugin's too, is called `distribution/name`.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of zookit's own commands, or what stands for a plugin's."""
        from zookit.registry import default

        own = super().get_command(ctx, cmd_name)
        # An ambiguous name is left to the group, whose error names the owners.
        known = cmd_name in default.commands or default.commands.is_ambiguous(cmd_name)
        return _Unloaded(default.commands[cmd_name]) if own is None and known else own

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
        """The context of the command itself, imported now. Raises BrokenPlugin."""
        command = _loaded(self._entry)
        return command.make_context(info_name, args, parent=parent, **extra)


def _loaded(entry: "Entry[Any]") -> Any:
    """The plugin's Typer app, or a function made one, as Typer's own command."""
    found: Any = entry.load()
    if not isinstance(found, typer.Typer):
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(entry.name, help=inspect.getdoc(found))(found)
        found = app
    return typer.main.get_command(found)
