"""Prepares the value of a parameter for pydantic."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from zookit.core.declaration import KINDS, bare_type, is_tuple, text_of


def prepared_value(hint: Any, value: Any) -> Any:
    """Return the value for pydantic to check. Raises ValueError for what pydantic would accept.

    Text is split if a tuple is declared, and converted if a Literal has numbers or booleans. Paths
    are expanded and made absolute.
    """
    kind = bare_type(hint)
    if is_tuple(kind) and value is not None:
        parts = value.split("+") if isinstance(value, str) else value
        parts = parts if isinstance(parts, list | tuple) else (parts,)
        return tuple(prepared_value(get_args(kind)[0], part) for part in parts)
    if kind in (int, float) and isinstance(value, bool):
        raise ValueError(f"must be a {KINDS[kind]}")
    if isinstance(value, str | Path):
        _check_text(str(value))
    if get_origin(kind) is Literal and isinstance(value, str):
        return next((each for each in get_args(kind) if text_of(each) == value), value)
    if kind is Path and isinstance(value, str | Path):
        return _absolute(Path(value))
    return value


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("must not contain a null character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid UTF-8") from None


def _absolute(path: Path) -> Path:
    try:
        # Unlike resolve(), this keeps the names of links.
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"must not start with {path.parts[0]}, an unknown home folder") from None
