"""The directive `command-reference`: the help of all commands of zookit, without plugins."""

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from typer.core import TyperGroup

from zookit.cli.commands import app as zookit_app
from zookit.typer_commands import command_of


class CommandReference(SphinxDirective):
    """Shows the options of zookit itself and a section for each command."""

    def run(self) -> list[nodes.Node]:
        """Return the nodes."""
        root = command_of(zookit_app)
        # No command line: listing the commands that one could have would find plugins.
        context = root.context_class(root, info_name="zookit", **root.context_settings)
        return [*_described(root, context), *self._sections(root, context)]

    def _sections(self, group: TyperGroup, context: Any) -> Iterator[nodes.section]:
        # The attribute has zookit's own commands; `list_commands` adds those of plugins.
        for name, command in sorted(group.commands.items()):
            inner = command.context_class(command, info_name=name, parent=context)
            title = inner.command_path
            section = nodes.section("", nodes.title("", "", nodes.literal("", title)))
            section["names"] = [nodes.fully_normalize_name(title)]
            self.state.document.note_implicit_target(section, section)
            section += _described(command, inner)
            if isinstance(command, TyperGroup):
                section += self._sections(command, inner)
            yield section


def _described(command: Any, context: Any) -> Iterator[nodes.Node]:
    """Yield what a command does, its usage, its arguments and its options."""
    for paragraph in (command.help or "").split("\n\n"):
        yield nodes.paragraph("", " ".join(paragraph.split()))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield nodes.literal_block(usage, usage, language="text")
    records = [each.get_help_record(context) for each in command.get_params(context)]
    yield nodes.definition_list("", *(_item(*each) for each in records if each))


def _item(usage: str, meaning: str) -> nodes.definition_list_item:
    """Return what a parameter is called, and below it what it means."""
    term = nodes.term("", "", nodes.literal("", usage))
    text = nodes.paragraph("", " ".join(meaning.split()))
    return nodes.definition_list_item("", term, nodes.definition("", text))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
