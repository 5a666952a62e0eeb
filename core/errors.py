"""Errors for users.

The message of a `ZookitError` is one line: what went wrong, what was received, what was expected,
and how to fix it. The command line prints it without a traceback and exits with code 2. Any other
exception is a bug and is shown with its traceback.
"""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from zookit.core.messages import option

_LONGEST = 200
_LONGEST_REASON = 1000
"""The longest value and message of another exception to show, in characters."""
_SIMILAR = 0.65
"""How similar names must be: 'sdg' and 'sgd' are (0.67), 'lenet' and 'dense' are not (0.6)."""
_MISSPELT = 0.85
"""How similar a name is that has a typing error; less counts a name that another contains."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


class ZookitError(Exception):
    """Base class of errors that the user can fix. `str()` is one line.

    `correction` is what the user probably meant, if that is known to be valid; `advice` is what to
    do if it is not known. `hint` is a sentence about what may have been meant.
    """

    correction: "Correction | None" = None
    hint: str = ""

    def __init__(self, message: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the line, with the hint, and the correction or the advice."""
        after = f"Write {self.correction}." if self.correction else self.advice
        return " ".join(filter(None, (self.message, self.hint, after)))


class Correction(NamedTuple):
    """Words to write instead of others: of a component, or with a key the value of that option."""

    received: str
    instead: str
    key: str = ""

    def __str__(self) -> str:
        """Return what to write: the words, or in Python a literal."""
        instead = option(self.instead, self._literal())
        return f"{self.key}={instead}" if self.key else instead

    def _literal(self) -> str:
        if self.key and _NUMBER.fullmatch(self.instead):
            return self.instead
        if self.key and self.instead in ("true", "false"):
            return self.instead.capitalize()
        return json.dumps(self.instead, ensure_ascii=False)


class UnknownName(ZookitError):
    """No installed package offers a component of this name."""


class AmbiguousName(ZookitError):
    """Several packages offer a component of this name."""


class BrokenPlugin(ZookitError):
    """A plugin cannot be imported, or breaks the contract of its kind.

    `complaint` is what is wrong, without the plugin's name, if that is known.
    """

    complaint: str = ""


class NotInstalled(ZookitError):
    """A component needs an optional package that is not installed."""


class BadWords(ZookitError):
    """Words are not of the form NAME[:ITEM,ITEM...]."""


class BadParameter(ZookitError):
    """A parameter is unknown, missing, of the wrong type or out of bounds.

    `unknown` is the name of a parameter that does not exist. `of_the_type` is true if the value has
    the declared type, but is refused: it is meant for this parameter.
    """

    unknown: str = ""
    of_the_type: bool = False

    def name_owners(self, owners: Iterable[str]) -> bool:
        """Say which other components have the unknown parameter; return whether there are any.

        One of a similar name would be another: adam has `ema_momentum`, but `momentum` is sgd's.
        """
        named = list(owners) if self.unknown else []
        if named:
            self.correction, self.hint = None, ""
            self.advice += f" {self.unknown} is a parameter of {' and '.join(named[:3])}."
        return bool(named)


class BadExperiment(ZookitError):
    """An experiment is not valid, or its file cannot be read."""


class ImageShapeRefused(ZookitError):
    """A component does not accept images of this shape."""


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
        kind = type(second).__name__
        try:
            return " ".join(f"its message cannot be shown ({kind}: {second})".split())
        except BaseException as third:  # noqa: BLE001
            reraise_interruption(third)
            return f"its message cannot be shown ({kind})"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'dense'?` if a known name is similar to `name`, else an empty text."""
    nearest = nearest_name(name, known)
    return f" Did you mean {nearest!r}?" if nearest else ""


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` probably means, or None.

    That is a name that is equal but for case and separators (`FashionMNIST`), the one whose
    initials it is (`lr`), the only one that begins with it (`val`) or contains it, one that is
    nearly equal, the longest that it contains (`horizontal_flip`), or a similar one.
    """
    from difflib import get_close_matches  # only needed for errors

    if len(name) > _LONGEST:
        return None
    names, wanted = list(known), folded(name)
    by_fold = {folded(each): each for each in names}
    initials = {_initials(each): each for each in names}
    begun = [each for fold, each in by_fold.items() if fold.startswith(wanted)]
    if wanted in by_fold:
        return by_fold[wanted]
    if len(wanted) > 1 and wanted in initials:
        return initials[wanted]
    if len(wanted) > 2 and len(begun) == 1:
        return begun[0]
    containing = [each for fold, each in by_fold.items() if wanted in fold]
    if len(wanted) > 3 and len(containing) == 1:
        return containing[0]
    misspelt = get_close_matches(wanted, by_fold, n=1, cutoff=_MISSPELT)
    contained = sorted((each for each in by_fold if len(each) > 3 and each in wanted), key=len)
    similar = get_close_matches(wanted, by_fold, n=1, cutoff=_SIMILAR)
    found = (*misspelt, *reversed(contained), *similar)
    return by_fold[found[0]] if found else None


def folded(name: str) -> str:
    """Return a name in lower case, without separators."""
    return "".join(each for each in name.casefold() if each.isalnum())


def _initials(name: str) -> str:
    return "".join(part[:1] for part in re.split(r"[^a-z0-9]+", name.casefold()))
