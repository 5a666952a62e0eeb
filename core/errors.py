"""Errors that are meant for the person at the keyboard.

Every `ZookitError` is one line that says what was wrong, what was got, what was expected and what
to do. The command line prints it without a traceback and exits with 2; anything else that is
raised is a defect and keeps its traceback.
"""

from collections.abc import Iterable

_LONGEST = 200


class ZookitError(Exception):
    """Something the user can mend. `str()` is one line."""


class UnknownName(ZookitError):
    """No installed distribution offers that name."""


class AmbiguousName(ZookitError):
    """Two distributions claim one name and neither was chosen."""


class BrokenPlugin(ZookitError):
    """A plugin failed to import, or is not what its entry-point group promises."""


class NotInstalled(ZookitError):
    """A component needs a package that is only installed when asked for."""


class BadWords(ZookitError):
    """A text is not of the form NAME[:ITEM,ITEM...]."""


class BadParameter(ZookitError):
    """A parameter is unknown, missing, of the wrong type or out of its bounds."""


class BadExperiment(ZookitError):
    """An experiment contradicts itself, or its file cannot be read."""


class ImageShapeRefused(ZookitError):
    """An architecture cannot take images of this shape."""


class DataError(ZookitError):
    """Data is missing, unreadable or not what it claims to be."""


class DataUnavailable(DataError):
    """The full data set cannot be had from here just now."""


class WrongHash(DataError):
    """A file's content does not have the pinned SHA-256."""


class TrainingFailed(ZookitError):
    """Training cannot go on: a loss that is not finite, a value that is never logged."""


class BadRun(ZookitError):
    """A kept run is not there, is damaged, or cannot be rebuilt with what is installed."""


class FolderError(ZookitError):
    """A folder that zookit must write to cannot be written."""


def quoted(value: object) -> str:
    """What a person gave, as Python writes it; in one line and short enough for a message."""
    try:
        text = " ".join(repr(value).splitlines())
    except (RecursionError, ValueError):  # nested too deep; more digits than Python writes
        return f"<{type(value).__name__} too large to show>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def reason_of(error: BaseException) -> str:
    """What an exception says, in one line; its type's name where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__


def typed_reason_of(error: BaseException) -> str:
    """`ImportError: no module named x`, in one line: for exceptions of a stranger's code."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'dense'?` where one of `known` is near to `name`, else nothing."""
    from difflib import get_close_matches  # only needed once something went wrong

    nearest = get_close_matches(name, list(known), n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""
