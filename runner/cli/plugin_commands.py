"""Commands of plugins, which are imported only when they are used."""

import sys
from collections import defaultdict
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from zookit.core import BrokenPlugin, UnknownName
from zookit.core.errors import did_you_mean
from zookit.core.messages import printable
from zookit.streams import unescaped
from zookit.typer_commands import load_command

if TYPE_CHECKING:
    from zookit.registry import Entry

_WHOLE = 1000
"""Characters of a command's help, which click would cut off to one line."""


class WholeHelp(TyperGroup):
    """A group of commands whose help shows their first sentences in full."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        del ctx
        with formatter.section("Commands"):
            lines = (
                (name, each.get_short_help_str(_WHOLE)) for name, each in self.commands.items()
            )
            formatter.write_dl(list(lines))


class WithPlugins(WholeHelp):
    """A group of commands that includes the entry points in the group `zookit.commands`.

    A command with the name of a built-in command or of another plugin's is called
    `distribution/name`.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a built-in command or one of a plugin; None if there is no such command.

        Raises AmbiguousName, except during completion.
        """
        from zookit.registry import default

        own = super().get_command(ctx, cmd_name)
        known = cmd_name in default.commands
        if not ctx.resilient_parsing:  # looking the name up then raises an error with the owners
            known = known or default.commands.is_ambiguous(cmd_name)
        return _Unloaded(default.commands[cmd_name]) if own is None and known else own

    def loaded(self, name: str) -> Any:
        """Return a built-in command, or one of a plugin, imported; None if there is none."""
        from zookit.registry import default

        if name in self.commands or name not in default.commands:
            return self.commands.get(name)
        try:
            return load_command(default.commands[name])
        except BrokenPlugin:
            return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of the command, the command, and the remaining arguments.

        Raises UnknownName or AmbiguousName, except during completion.
        """
        from zookit.registry import default
        from zookit.registry.install_advice import install_advice

        name = args[0]
        found = self.get_command(ctx, name)
        if found is None and not ctx.resilient_parsing:
            known = self.list_commands(ctx)
            available = f"Available: {', '.join(known)}. See 'zookit --help'."
            raise UnknownName(
                f"no command named {name!r}.{default.commands.reasons_missing(name)}",
                f"{did_you_mean(name, known)} {install_advice(name) or available}".lstrip(),
            )
        return name, found, args[1:]

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, the built-in ones first."""
        of_plugins = [name for names in self._of_plugins().values() for name in names]
        return [*super().list_commands(ctx), *of_plugins]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the lists of the help: built-in commands, then the commands of each package."""
        super().format_commands(ctx, formatter)
        for owner, entries in self._of_plugins().items():
            with formatter.section(f"Commands of {owner}"):
                formatter.write_dl(
                    [
                        (name, printable(entry.summary) or f"See 'zookit {name} --help'.")
                        for name, entry in entries.items()
                    ]
                )

    def _of_plugins(self) -> "dict[str, dict[str, Entry[Any]]]":
        """Return the commands by owner and name."""
        from zookit.registry import default

        by_owner: dict[str, dict[str, Entry[Any]]] = defaultdict(dict)
        for entry in default.commands.entries():
            taken = entry.name in self.commands or default.commands.is_ambiguous(entry.name)
            by_owner[entry.owner][entry.full_name if taken else entry.name] = entry
        return by_owner


class _Unloaded(TyperCommand):
    """A placeholder for a plugin's command, which imports the command when it is used."""

    def __init__(self, entry: "Entry[Any]") -> None:
        super().__init__(entry.name)
        self._entry = entry

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Import the command and return its context.

        Raises BrokenPlugin, except during completion, which then offers nothing.
        """
        if not extra.get("resilient_parsing"):
            command = load_command(self._entry)
            context = command.make_context(info_name, args, parent=parent, **extra)
            context.with_resource(unescaped())
            return context
        try:
            with redirect_stdout(sys.stderr):  # what the plugin's module prints is no completion
                command = load_command(self._entry)
        except BrokenPlugin:
            return super().make_context(info_name, args, parent=parent, **extra)
        return command.make_context(info_name, args, parent=parent, **extra)
