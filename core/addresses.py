"""Addresses of the network in messages, without the secrets in them."""

import re

_BETWEEN_WORDS = re.compile(r"(\s+)")
_QUOTES = "'\"(<["


def without_secrets(text: str) -> str:
    """Return a text in which no address has a user name, a password, a query or a fragment.

    The query of a signed address is a password too.
    """
    if "@" not in text and "://" not in text:
        return text
    return "".join(map(_word_without_secrets, _BETWEEN_WORDS.split(text)))


def _word_without_secrets(word: str) -> str:
    before, slashes, address = word.partition("//")
    if not slashes:
        before, address = "", word
    # A password may contain @, / and : though it should not.
    credentials, at, host = address.rpartition("@")
    if at and (slashes or ":" in credentials):
        quote = credentials[:1] if not slashes and credentials[:1] in _QUOTES else ""
        address = f"{quote}{host}"
    if before.endswith(":"):
        place, mark, _ = address.replace("#", "?").partition("?")
        address = f"{place}?..." if mark else address
    return f"{before}{slashes}{address}"
