"""The words that select a component: `NAME[:ITEM,ITEM...]`.

An item is `KEY=VALUE`; the first item may be a bare `VALUE` for the first parameter. A comma in a
value is written `,,`. Only the first colon separates, so values may contain colons. Values are text
here; `zookit.core.parameters` converts them to the types of the parameters.
"""

import re
from dataclasses import dataclass
from typing import Self

from zookit.core.errors import BadWords

_NAME = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?/)?[a-z][a-z0-9_]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMA = "\0"  # replaces a literal comma while items are split


@dataclass(frozen=True)
class Words:
    """The name and parameters of a component, as text.

    Args:
        name: the name, or `distribution/name`.
        items: pairs of key and value. The first key may be None, for the first parameter.
    """

    name: str
    items: tuple[tuple[str | None, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `NAME[:ITEM,ITEM...]`. Raises BadWords."""
        name, colon, rest = text.partition(":")
        if not is_name(name):
            where = f"{text!r}: " if colon else ""
            raise BadWords(
                f"{where}{name!r} is not a valid name.",
                "A name consists of lower-case letters, digits and _, and starts with a letter. "
                "Write NAME, NAME:VALUE or NAME:KEY=VALUE,KEY=VALUE.",
            )
        return cls.of(name, rest) if colon else cls(name)

    @classmethod
    def of(cls, name: str, items: str) -> Self:
        """Parse the items behind a name, which may be one that `parse` refuses. Raises BadWords."""
        text = f"{name}:{items}"
        if _COMMA in items:
            raise BadWords(f"{text!r} must not contain a null character.")
        parts = items.replace(",,", _COMMA).split(",")
        return cls(name, tuple(_item(part, at, text) for at, part in enumerate(parts)))

    def __str__(self) -> str:
        """Return the text that `parse` converts back to these words."""
        items = ",".join(
            (value if key is None else f"{key}={value}").replace(",", ",,")
            for key, value in self.items
        )
        return f"{self.name}:{items}" if self.items else self.name


def is_name(text: str) -> bool:
    """Return whether a text is a valid `name` or `distribution/name`."""
    return _NAME.fullmatch(text) is not None


def _item(part: str, at: int, text: str) -> tuple[str | None, str]:
    key, equals, value = part.replace(_COMMA, ",").partition("=")
    if equals and _KEY.fullmatch(key):
        if not value:
            raise BadWords(f"{text!r}: {key!r} has no value.", f"Write {key}=VALUE, or omit it.")
        return key, value
    bare = key + equals + value
    if not bare:
        raise BadWords(
            f"{text!r}: expected a value after {'the colon' if at == 0 else 'a comma'}.",
            "Write NAME:KEY=VALUE,KEY=VALUE (and ,, for a comma in a value).",
        )
    if at > 0:
        raise BadWords(
            f"{text!r}: expected KEY=VALUE, got {bare!r}.",
            "Only the first item may be a bare value. Join several values with +, and write ,, for "
            "a comma in a value.",
        )
    return None, bare
