"""Text that people and strangers chose, as a line, a table or a page can have it."""


def printable(text: object) -> str:
    r"""The text in one line that does nothing to a terminal: `\\\\n` stands for a line's end."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text)
    )
