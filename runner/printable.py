"""Names that people and strangers chose, as a line of a table can have them."""


def printable(text: object) -> str:
    """The text in one line that does nothing to a terminal: as it is, else as Python writes it."""
    plain = str(text)
    return plain if plain.isprintable() else repr(plain)
