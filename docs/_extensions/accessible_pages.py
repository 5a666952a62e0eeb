"""Adds to the built pages what screen readers and keyboards need and the theme leaves out.

tests/docs/test_site.py checks the pages with axe-core.
"""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_CHANGES = (
    # Code and tables can be wider than the screen. The keyboard scrolls only what has the focus.
    (r"<pre>", '<pre tabindex="0">'),
    (r'<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
    # Two landmarks of one kind need names.
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    (r'<aside class="(toc-drawer[^"]*)">', r'<aside class="\1" aria-label="This page">'),
    (r'role="heading">', 'role="heading" aria-level="2">'),
    (r'<th class="[^"]*">(<p></p>)?</th>', "<td></td>"),
    (r'(?<!</h1>)<div id="search-results">', '<h1>Search</h1><div id="search-results">'),
)


def change_pages(app: Sphinx, error: Exception | None) -> None:
    """Change all pages of a finished build; twice is as good as once."""
    if error:
        return
    for file in Path(app.outdir).rglob("*.html"):
        before = text = file.read_text(encoding="utf-8")
        for pattern, replacement in _CHANGES:
            text = re.sub(pattern, replacement, text)
        if text != before:
            file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", change_pages)
    return {"parallel_read_safe": True}
