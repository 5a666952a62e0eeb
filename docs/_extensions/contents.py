"""Adds the table of contents, as `contents` in conf.py has it, to the first page.

On the code host, where the first page is plain Markdown, it would be a block of code.
"""

from typing import Any

from sphinx.application import Sphinx


def add_contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append a hidden table of contents for each caption."""
    if docname != app.config.root_doc:
        return
    for caption, pages in app.config.contents.items():
        lines = "\n".join(pages)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {caption}\n\n{lines}\n```\n"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("contents", {}, "env", dict)
    app.connect("source-read", add_contents)
    return {"parallel_read_safe": True}
