"""Makes reStructuredText, which autodoc expects, of the Markdown in docstrings.

Docstrings have code in single backticks, and blocks of code that are indented by four spaces.
`sphinx.ext.napoleon` takes care of their sections, such as `Args:`.
"""

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_MARKUP = re.compile(r"\*|\||_(?!\w)")
_SECTION = re.compile(r"^ *(Args|Returns|Raises|Yields|Attributes):$")


def convert(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Convert a docstring in place."""
    del app, what, name, thing, options
    lines[:] = list(_converted(lines))


def _converted(lines: list[str]) -> Iterator[str]:
    in_section = in_code = False
    before = ""
    for line in lines:
        in_section = bool(_SECTION.match(line)) or (in_section and (not line or line[0] == " "))
        is_code = line.startswith("    ") and not in_section
        if is_code and not in_code and not before:
            language = "pycon" if line.startswith("    >>>") else "python"
            yield f".. code-block:: {language}"
            yield ""
            in_code = True
        elif line and not is_code:
            in_code = False
        if line.startswith("- ") and before and not before.startswith(("- ", "  ")):
            yield ""
        yield line if in_code else _inline(line)
        before = line


def _inline(line: str) -> str:
    """Convert code, and escape what only reStructuredText takes for markup."""
    parts = _CODE.split(line)  # text and code in turn
    parts[::2] = (_MARKUP.sub(r"\\\g<0>", each) for each in parts[::2])
    parts[1::2] = (f"``{each}``" for each in parts[1::2])
    return "".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("autodoc-process-docstring", convert, priority=400)  # before napoleon
    return {"parallel_read_safe": True}
