"""Questions that only a fresh process can answer."""

import hashlib
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zookit.core import Architecture, Dataset, Splits, Words, ZookitError
from zookit.core.errors import reraise_interruption
from zookit.isolation import HEAVY, Call, CallResult, call_all
from zookit.registry import default
from zookit.registry.frames import place_in
from zookit.testing.check import raised_at
from zookit.testing.loading import load
from zookit.testing.target import Batch, Target

SECONDS = 300


def ask(target: Target, question: str) -> Any:
    """Return a fresh process's answer about the target, after asking about its whole batch at once.

    Raises ZookitError if the process fails.
    """
    batch = target.batch
    if question not in batch.answers:
        batch.answers[question] = _ask_batch(batch, question)
    answer = batch.answers[question][target]
    if "reason" in answer:
        raise ZookitError(f"in a fresh process: {answer['reason']}")
    return answer["answer"]


def image_shapes(batch: Batch, seconds: float) -> list[tuple[int, int, int]]:
    """Return the image shapes of all installed data sets whose shape needs no parameters.

    Another author's data set is asked in a fresh process, so that it can do no harm here.
    """
    group = batch.registry.group("datasets")
    others = [Target(entry, Words(entry.name), batch) for entry in group.entries()]
    answers = _ask(others, "image_shape", seconds).values()
    shapes = [each["answer"] for each in answers if "answer" in each]
    return [(height, width, channels) for height, width, channels in shapes]


def digest(splits: Splits) -> str:
    """Return the SHA-256 of all images and labels, as hexadecimal digits."""
    hashed = hashlib.sha256()
    for name, split in splits.by_name().items():
        hashed.update(f"{name} {split.images.shape} {split.images.dtype}".encode())
        hashed.update(split.images.tobytes())
        hashed.update(split.labels.astype("int64").tobytes())
    return hashed.hexdigest()


def answer(asked: Sequence[Any]) -> list[dict[str, Any]]:
    """Run in the child process: answer a question about each target, in order.

    Each item has the `answer`, or the `reason` why there is none. The list ends early after an
    answer that makes later ones meaningless.
    """
    name, entries = asked
    question = _QUESTIONS[name]
    answers: list[dict[str, Any]] = []
    for plural, full_name, words in entries:
        module = ""
        try:
            target = Target(default.group(plural)[full_name], Words.parse(words))
            module = target.entry.module
            answers.append({"answer": question.answer(target)})
        except BaseException as error:  # noqa: BLE001 - plugin code may raise anything
            reraise_interruption(error)
            answers.append({"reason": raised_at(error, place_in(error, module))})
        if question.spoils_process():
            break
    return answers


def _ask_batch(batch: Batch, question: str) -> dict[Target, dict[str, Any]]:
    plural = _QUESTIONS[question].plural
    concerned = [each for each in batch.targets if plural in (None, each.entry.kind.plural)]
    return _ask(concerned, question, SECONDS)


def _ask(targets: Sequence[Target], question: str, seconds: float) -> dict[Target, dict[str, Any]]:
    answers: dict[Target, dict[str, Any]] = {}
    remaining = list(targets)
    while remaining:
        (result,) = call_all([_call(remaining, question, seconds)], lambda: None)
        if result.answer is None:
            # One of them ended or blocked the process. Separate processes show which.
            calls = [_call([each], question, seconds) for each in remaining]
            results = call_all(calls, lambda: None)
            alone = [(each.answer or [{"reason": _failure(each, seconds)}])[0] for each in results]
            return answers | dict(zip(remaining, alone, strict=True))
        answers |= dict(zip(remaining, result.answer, strict=False))
        remaining = remaining[len(result.answer) :]
    return answers


def _call(targets: Sequence[Target], question: str, seconds: float) -> Call:
    entries = [[each.entry.kind.plural, each.entry.full_name, str(each.words)] for each in targets]
    # Another order of sets than here.
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    return Call(f"{__name__}:answer", [question, entries], seconds, {"PYTHONHASHSEED": seed})


def _failure(result: CallResult, seconds: float) -> str:
    return f"it took longer than {seconds:g} s" if result.timed_out else f"it ended {result.ending}"


def _heavy_imports(target: Target) -> list[str]:
    """Return the heavy modules imported by the plugin and its methods called before training."""
    target.entry.load()
    if target.entry.kind.base is not None and not target.needs_parameters:
        component = target.build().component
        if isinstance(component, Dataset):
            component.info  # noqa: B018 - the question is what it imports
        if isinstance(component, Architecture):
            component.preference((28, 28, 1), 32)
    return _heavy_here()


def _heavy_here() -> list[str]:
    return [name for name in HEAVY if name in sys.modules]


def _digest(target: Target) -> str:
    # Another data set may have seeded the global generators.
    random.seed()
    np.random.seed()  # noqa: NPY002 - a data set may wrongly use it
    return digest(load(target).splits)


def _image_shape(target: Target) -> list[int]:
    height, width, channels = target.component.info.image_shape
    return [int(height), int(width), int(channels)]


@dataclass(frozen=True)
class _Question:
    """How a question is answered, about which kind of plugin, and when a process is spoiled."""

    answer: Callable[[Target], Any]
    plural: str | None = None
    spoils_process: Callable[[], object] = lambda: False


_QUESTIONS = {
    "heavy_imports": _Question(_heavy_imports, spoils_process=_heavy_here),
    "digest": _Question(_digest, "datasets"),
    "image_shape": _Question(_image_shape, "datasets"),
}
