"""The code blocks of pages in Markdown. A block that begins with a file's name is that file."""

import re

_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")


def code_blocks(text: str) -> list[tuple[str, str]]:
    """Return the language and the code of each block."""
    return _FENCED.findall(text)


def file_of(block: str) -> str | None:
    """Return the name in the first line, if that is a comment with nothing else."""
    named = _FILE.match(block)
    return named[1] if named else None
