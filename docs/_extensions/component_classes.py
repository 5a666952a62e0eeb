"""The directive `component-classes`: the classes of the components that zookit includes."""

import inspect
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.parsing import nested_parse_to_nodes

from zookit import registry
from zookit.core import Component
from zookit.core.declaration import parameters


class ComponentClasses(SphinxDirective):
    """Shows the classes of each kind, under the names that entry points give them."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each kind."""
        lines = []
        for group in registry.default.components():
            lines += _heading(group.kind.plural.capitalize().replace("Datasets", "Data sets"), "-")
            for entry in group.entries():
                if entry.distribution == "zookit":  # plugins of others may be installed
                    lines += _heading(f"``{entry.name}``", "^")
                    name = entry.load().__name__
                    lines += [f".. autoclass:: zookit.plugins.{name}", "   :no-members:", ""]
        return nested_parse_to_nodes(
            self.state, "\n".join(lines), allow_section_headings=True, offset=self.content_offset
        )


def _heading(text: str, underline: str) -> list[str]:
    return [text, underline * len(text), ""]


def add_parameters(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Add what a component declares of its parameters."""
    del app, name, options
    if what != "class" or not issubclass(thing, Component) or inspect.isabstract(thing):
        return
    if found := parameters(thing):
        lines.append("Args:")
        lines += [f"    {each.name}: {each.meaning} ({each.type})" for each in found]
        lines.append("")


def shorten_signature(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave the types of parameters to their list."""
    del app, name, options, signature
    if what != "class" or not issubclass(thing, Component):
        return None
    whole = inspect.signature(thing)
    shown = [each.replace(annotation=each.empty) for each in whole.parameters.values()]
    return str(whole.replace(parameters=shown, return_annotation=whole.empty)), returns


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_directive("component-classes", ComponentClasses)
    app.connect("autodoc-process-docstring", add_parameters, priority=300)
    app.connect("autodoc-process-signature", shorten_signature)
    return {"parallel_read_safe": True}
