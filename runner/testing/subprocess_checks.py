"""What can only be found out in a process of its own."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from zookit.cli.plugin_commands import loaded_command
from zookit.core import Architecture, Dataset, Splits, Words, ZookitError
from zookit.core.errors import typed_reason_of
from zookit.isolation import HEAVY, Call, CallResult, call_all
from zookit.registry import default
from zookit.testing.loading import load
from zookit.testing.target import Subject

_SECONDS = 300


def ask(subject: Subject, question: str, **variables: str) -> Any:
    """The answer of a fresh process, whose environment has these variables too.

    Raises ZookitError with what went wrong there.
    """
    (ended,) = _asked([subject], question, _SECONDS, variables)
    if ended.answer is None:
        how = f"took longer than {_SECONDS} s" if ended.timed_out else f"ended {ended.ending}"
        raise ZookitError(f"a process of its own {how}")
    if "reason" in ended.answer:
        raise ZookitError(f"in a process of its own: {ended.answer['reason']}")
    return ended.answer["answer"]


def ask_all(subjects: Sequence[Subject], question: str, seconds: float) -> list[Any]:
    """The answers of fresh processes to those that have one."""
    answers = [ended.answer or {} for ended in _asked(subjects, question, seconds, {})]
    return [each["answer"] for each in answers if "answer" in each]


def _asked(
    subjects: Sequence[Subject], question: str, seconds: float, variables: Mapping[str, str]
) -> list[CallResult]:
    calls = [
        Call(
            f"{__name__}:answer",
            [subject.entry.kind.plural, subject.entry.full_name, str(subject.words), question],
            seconds,
            variables,
        )
        for subject in subjects
    ]
    return call_all(calls, lambda: None)


def answer(asked: Sequence[str]) -> dict[str, Any]:
    """The `answer` to a question, or the `reason` why there is none: the process's own side."""
    plural, full_name, words, question = asked
    try:
        subject = Subject(default.group(plural)[full_name], Words.parse(words))
        return {"answer": _QUESTIONS[question](subject)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's code does
        return {"reason": typed_reason_of(error)}


def _heavy(subject: Subject) -> list[str]:
    """Which heavy modules are imported by the plugin and by what is asked of it beforehand."""
    subject.entry.load()
    if subject.entry.kind.base is not None and not subject.needs_parameters:
        component = subject.build()
        if isinstance(component, Dataset):
            component.info  # noqa: B018 - what it imports is the question
        if isinstance(component, Architecture):
            component.preference((28, 28, 1), 32)
    return [name for name in HEAVY if name in sys.modules]


def _digest(subject: Subject) -> str:
    """SHA-256 of all images and labels."""
    splits: Splits = load(subject)
    hashed = hashlib.sha256()
    for name, split in splits.by_name().items():
        hashed.update(f"{name} {split.images.shape} {split.images.dtype}".encode())
        hashed.update(split.images.tobytes())
        hashed.update(split.labels.astype("int64").tobytes())
    return hashed.hexdigest()


def _shape(subject: Subject) -> list[int]:
    """A data set's image shape."""
    height, width, channels = subject.component.info.image_shape
    return [int(height), int(width), int(channels)]


def _help(subject: Subject) -> str:
    """What a command says it does, once its --help was printed."""
    command = loaded_command(subject.entry)
    command.main(["--help"], prog_name=str(subject.words), standalone_mode=False)
    return command.help or ""


_QUESTIONS = {"heavy": _heavy, "digest": _digest, "shape": _shape, "help": _help}
