"""The words by which a component is chosen: `NAME[:ITEM,ITEM...]`.

Only the first colon separates, so values may hold colons; an item is `KEY=VALUE`, the first may be
a bare VALUE for the first parameter; `,,` is a literal comma. Values stay text here: what they mean
is decided by the type of the parameter (`zookit.core.parameters`).
"""

import re
from dataclasses import dataclass
from typing import Self

from zookit.core.errors import BadWords

_NAME = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?/)?[a-z][a-z0-9_]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMA = "\0"  # stands for a literal comma while items are split; refused in the text itself


@dataclass(frozen=True)
class Words:
    """A name and its items, as text.

    `name` may be `distribution/name`. An item is `(key, value)`; only the first key may be None.
    """

    name: str
    items: tuple[tuple[str | None, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME[:ITEM,ITEM...]`. Raises BadWords."""
        name, colon, rest = text.partition(":")
        if not is_name(name):
            lower = f" Did you mean {name.lower()!r}?" if is_name(name.lower()) else ""
            raise BadWords(
                f"{text!r}: {name!r} is not a name.{lower} A name is lower-case letters, digits "
                "and _, beginning with a letter; write NAME, NAME:VALUE or "
                "NAME:KEY=VALUE,KEY=VALUE."
            )
        if not colon:
            return cls(name)
        if _COMMA in rest:
            raise BadWords(f"{text!r} holds a null character, which no value can.")
        parts = rest.replace(",,", _COMMA).split(",")
        return cls(name, tuple(_item(part, at, text) for at, part in enumerate(parts)))

    def __str__(self) -> str:
        """The text that `parse` reads back to these words."""
        items = ",".join(
            (value if key is None else f"{key}={value}").replace(",", ",,")
            for key, value in self.items
        )
        return f"{self.name}:{items}" if self.items else self.name


def is_name(text: str) -> bool:
    """Whether `text` can name a component: `name` or `distribution/name`."""
    return _NAME.fullmatch(text) is not None


def _item(part: str, at: int, text: str) -> tuple[str | None, str]:
    key, equals, value = part.replace(_COMMA, ",").partition("=")
    if equals and _KEY.fullmatch(key):
        if not value:
            raise BadWords(f"{text!r}: {key!r} has no value. Write {key}=VALUE or leave it out.")
        return key, value
    bare = key + equals + value
    if not bare:
        raise BadWords(
            f"{text!r}: a value is missing after {'the colon' if at == 0 else 'a comma'}. "
            "Write NAME:KEY=VALUE,KEY=VALUE (a literal comma in a value is ,,)."
        )
    if at > 0:
        raise BadWords(
            f"{text!r}: {bare!r} is not KEY=VALUE; only the first item may be a bare value "
            "(a literal comma in a value is ,,; several values for one parameter are joined by +)."
        )
    return None, bare
