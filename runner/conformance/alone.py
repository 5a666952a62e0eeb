"""What can only be found out in a process of its own.

    python -m zookit.conformance.alone KIND NAME WORDS QUESTION

prints the answer as JSON, on the last line of stdout.
"""

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

from zookit.conformance.subject import Subject
from zookit.core import Architecture, Dataset, Words, ZookitError
from zookit.plugin_commands import loaded_command
from zookit.registry import default

HEAVY = ("tensorflow", "keras")
_SECONDS = 300


def ask(subject: Subject, question: str, **variables: str) -> Any:
    """The answer of a fresh process, whose environment has these variables too.

    Raises ZookitError with the last line of what went wrong there.
    """
    entry = subject.entry
    ended = subprocess.run(  # noqa: S603 - our own module
        [
            sys.executable,
            "-m",
            __name__,
            entry.kind.plural,
            entry.full_name,
            str(subject.words),
            question,
        ],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    lines = ended.stdout.splitlines()
    if ended.returncode != 0 or not lines:
        said = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
        raise ZookitError(f"in a process of its own: {said[-1]}")
    return json.loads(lines[-1])


def environment(**variables: str) -> dict[str, str]:
    """The environment for a process that is to find the same modules as this one."""
    search = os.pathsep.join(each for each in sys.path if each)
    return {**os.environ, "PYTHONPATH": search, **variables}


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
    from zookit.conformance.loading import load

    return digest(load(subject))


def digest(splits: Any) -> str:
    """SHA-256 of all images and labels."""
    hashed = hashlib.sha256()
    for name, split in splits.by_name().items():
        hashed.update(f"{name} {split.images.shape} {split.images.dtype}".encode())
        hashed.update(split.images.tobytes())
        hashed.update(split.labels.astype("int64").tobytes())
    return hashed.hexdigest()


def _help(subject: Subject) -> str:
    """What a command says it does, once its --help was printed."""
    command = loaded_command(subject.entry)
    command.main(["--help"], prog_name=str(subject.words), standalone_mode=False)
    return command.help or ""


def _main(plural: str, full_name: str, words: str, question: str) -> None:
    (group,) = (group for group in default.groups() if group.kind.plural == plural)
    subject = Subject(group[full_name], Words.parse(words))
    answer = {"heavy": _heavy, "digest": _digest, "help": _help}[question](subject)
    sys.stdout.flush()
    print(f"\n{json.dumps(answer)}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
