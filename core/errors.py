"""Errors for users.

The message of a `ZookitError` is one line: what went wrong, what was received, what was expected,
and how to fix it. The command line prints it without a traceback and exits with code 2. Any other
exception is a bug and is shown with its traceback.
"""

from collections.abc import Iterable

_LONGEST = 200
_LONGEST_MESSAGE = 2000
_LONGEST_REASON = 1000
"""The longest value and message to show, in characters."""


class ZookitError(Exception):
    """Base class of errors that the user can fix. `str()` is one line."""


class UnknownName(ZookitError):
    """No installed package offers a component of this name."""


class AmbiguousName(ZookitError):
    """Several packages offer a component of this name."""


class BrokenPlugin(ZookitError):
    """A plugin cannot be imported, or breaks the contract of its kind."""


class NotInstalled(ZookitError):
    """A component needs an optional package that is not installed."""


class BadWords(ZookitError):
    """Words are not of the form NAME[:ITEM,ITEM...]."""


class BadParameter(ZookitError):
    """A parameter is unknown, missing, of the wrong type or out of bounds."""


class BadExperiment(ZookitError):
    """An experiment is not valid, or its file cannot be read."""


class ImageShapeRefused(ZookitError):
    """An architecture does not accept images of this shape."""


class DataError(ZookitError):
    """Data is missing, unreadable or not valid."""


class DataUnavailable(DataError):
    """Data cannot be downloaded now."""


class WrongHash(DataError):
    """A file does not have the expected SHA-256."""


class TrainingFailed(ZookitError):
    """Training cannot continue, for example because the loss is NaN."""


class BadRun(ZookitError):
    """A run is missing or damaged, or cannot be rebuilt with the installed packages."""


class FolderError(ZookitError):
    """A file or folder cannot be written."""


def quoted(value: object) -> str:
    """Return the `repr` of a value in one line, shortened for use in a message."""
    try:
        text = " ".join(repr(value).splitlines())
    except (RecursionError, ValueError):  # nested too deeply, or a number with too many digits
        return f"<{type(value).__name__} too large to show>"
    except BaseException as error:  # noqa: BLE001 - the class may be a plugin's
        reraise_interruption(error)
        return f"<{type(value).__name__} that cannot be shown>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def reason_of(error: BaseException) -> str:
    """Return the message of an exception in one line, or its type if it has no message."""
    return _message_of(error) or type(error).__name__


def typed_reason_of(error: BaseException) -> str:
    """Return the type and the message of an exception, such as `ImportError: ...`, in one line."""
    message = _message_of(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def reraise_interruption(error: BaseException) -> None:
    """Raise the error again if it is Ctrl-C, for code that handles whatever a plugin raises.

    That is KeyboardInterrupt itself: no plugin may pass off a class of its own as Ctrl-C.
    """
    if type(error) is KeyboardInterrupt:
        raise error


def _message_of(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
        return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."
    except BaseException as second:  # noqa: BLE001 - the class may be a plugin's
        reraise_interruption(second)
        return "its message cannot be shown"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'dense'?` if a known name is similar to `name`, else an empty text."""
    from difflib import get_close_matches  # only needed for errors

    if len(name) > _LONGEST:
        return ""
    nearest = get_close_matches(name, list(known), n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""
