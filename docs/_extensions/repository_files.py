"""Pages whose text is a file elsewhere in the repository, and links to its other files."""

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_LINK = re.compile(r"\[([^\[\]]+)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def read_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the text of a page that stands for a file, and adapt the links of all pages."""
    page = file = Path(app.env.doc2path(docname))
    if docname in app.config.repository_pages:
        file = _root(app) / app.config.repository_pages[docname]
        app.env.note_dependency(str(file), docname=docname)
        source[0] = file.read_text(encoding="utf-8")
    source[0] = _LINK.sub(lambda link: _adapted(app, link, file.parent, page.parent), source[0])


def _root(app: Sphinx) -> Path:
    return Path(app.srcdir).parent


def _adapted(app: Sphinx, link: re.Match[str], written_in: Path, shown_in: Path) -> str:
    """Return a link that is written in a file of one folder, for a page of another one.

    A page of the site is linked as such, another file of the repository can be downloaded, and of a
    link to a folder only the text remains.
    """
    text, path, anchor = link[1], link[2], link[3] or ""
    target = Path(os.path.normpath(written_in / path))
    if not target.exists():
        return link[0]
    if target.is_dir():
        target /= "README.md"
    for name, of_repository in app.config.repository_pages.items():
        if target == _root(app) / of_repository:
            target = Path(app.srcdir, f"{name}.md")
    outside = not target.is_relative_to(app.srcdir)
    if not target.exists() or (outside and target.suffix == ".md"):
        return text
    return f"[{text}]({os.path.relpath(target, shown_in)}{anchor})"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("repository_pages", {}, "env", dict)
    app.connect("source-read", read_source, priority=400)
    return {"parallel_read_safe": True}
