"""Addresses of the network in messages, without the secrets in them."""

import re

# Compiled when they are first used, which start-up does not.
_BETWEEN_WORDS = r"(\s+)"
_WITHOUT_SCHEME = r"""\A(['"(<\[]*(?://)?)[^/:=,@]+:[^/]*@"""
"""A user name and a password; in paths and in the words of components, @ has another meaning."""

_HOST = r"(?:[\w-]+(?:\.[\w-]+)+|localhost|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?"
"""A host name, which a part of a password cannot be, and its port."""


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
    host, slash, path = address.partition("/")
    host = host.rpartition("@")[2]
    in_web = scheme.lower().endswith(("http", "https"))
    is_host = re.fullmatch(_HOST, host) if in_web else ":" not in host
    if is_host and ":" not in path.rpartition("@")[0]:
        # @ is a part of the path, such as in hf://USER/REPOSITORY@REVISION.
        shown = f"{host}{slash}{path}"
    else:
        # A password may contain @, / and : though it should not.
        shown = address.rpartition("@")[2]
    place, mark, _ = shown.replace("#", "?").partition("?")
    return f"{scheme}://{place}?..." if mark else f"{scheme}://{place}"
