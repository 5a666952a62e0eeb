"""Addresses of the network in messages, without the secrets in them."""

import re

# Compiled when they are first used, which start-up does not.
_BETWEEN_WORDS = r"(\s+)"
_WITHOUT_SCHEME = r"""\A(['"(<\[]*(?://)?)[^/:=,@]+:[^/]*@"""
"""A user name and a password; in paths and in the words of components, @ has another meaning."""


def without_secrets(text: str) -> str:
    """Return a text in which no address has a user name, a password, a query or a fragment.

    The query of a signed address is a password too.
    """
    if "@" not in text and "://" not in text:
        return text
    return "".join(map(_word_without_secrets, re.split(_BETWEEN_WORDS, text)))


def is_address(text: str) -> bool:
    """Return whether a text is an address, such as `https://...` or `s3://...`, and not a path."""
    return "://" in text


def _word_without_secrets(word: str) -> str:
    scheme, slashes, address = word.partition("://")
    if not slashes:
        return re.sub(_WITHOUT_SCHEME, r"\1", word)
    before, _, after = address.rpartition("@")
    if ":" in before:
        # A password may contain @, / and : though it should not.
        shown = after
    else:
        # After the first slash, @ is a part of the path: hf://USER/REPOSITORY@REVISION.
        host, slash, path = address.partition("/")
        shown = f"{host.rpartition('@')[2]}{slash}{path}"
    place, mark, _ = shown.replace("#", "?").partition("?")
    return f"{scheme}://{place}?..." if mark else f"{scheme}://{place}"
