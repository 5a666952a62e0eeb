"""What surrounds the plugins: Python, the packages that train, the devices and the cache folder."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zookit.core.data import cache_folder
from zookit.doctor.finding import Finding
from zookit.isolation import CallResult

_PACKAGES = ("zookit", "tensorflow", "keras")


@dataclass(frozen=True)
class Surroundings:
    """The environment, as far as it can be found out.

    `prefix` is the folder of this Python environment, `python` its interpreter. `devices` are
    TensorFlow's and `seconds` its import's, None where that failed. `cache_size` is in bytes.
    """

    python: str
    prefix: str
    versions: dict[str, str]
    devices: list[str]
    seconds: float | None
    cache: str
    cache_is_writable: bool
    cache_size: int


def surroundings(tensorflow: CallResult, limit: float) -> tuple[Surroundings, list[Finding]]:
    """The environment, and what is wrong in it.

    `tensorflow` is how `probes.import_tensorflow` ended, that was given `limit` seconds.
    """
    found = tensorflow.answer or {}
    cache = cache_folder()
    known = Surroundings(
        python=sys.executable,
        prefix=sys.prefix,
        versions={"python": platform.python_version(), **_versions(), **found.get("versions", {})},
        devices=found.get("devices", []),
        seconds=found.get("seconds"),
        cache=str(cache),
        cache_is_writable=_is_writable(cache),
        cache_size=_size(cache),
    )
    return known, [*_of_tensorflow(tensorflow, limit), *_of_folders(known)]


def _of_tensorflow(tensorflow: CallResult, limit: float) -> list[Finding]:
    mend = f"Reinstall it: {sys.executable} -m pip install --force-reinstall tensorflow keras"
    if tensorflow.timed_out:
        reason = f"TensorFlow could not be imported within {limit:g} s, and nothing can train."
        return [
            Finding("hanging", reason, f"Try again; if it stays so: {mend[0].lower()}{mend[1:]}")
        ]
    if tensorflow.answer is None:
        reason = f"importing TensorFlow ends the process, {tensorflow.ending}; nothing can train."
        return [Finding("broken", reason, mend)]
    if "reason" in tensorflow.answer:
        advice = "" if tensorflow.answer["advises"] else mend
        return [Finding("broken", f"TensorFlow: {tensorflow.answer['reason']}", advice)]
    return []


def _of_folders(known: Surroundings) -> list[Finding]:
    findings = []
    if not known.cache_is_writable:
        findings.append(
            Finding(
                "broken",
                f"the cache folder {known.cache} cannot be written, so data is read anew each "
                "time and nothing can be downloaded.",
                "Set ZOOKIT_CACHE_DIR to a folder of yours.",
            )
        )
    data_dir = os.environ.get("ZOOKIT_DATA_DIR")
    if data_dir and not Path(data_dir).expanduser().is_dir():
        findings.append(
            Finding(
                "broken",
                f"ZOOKIT_DATA_DIR is {data_dir!r}, which is not a folder.",
                "Name a folder that holds data sets, or unset it.",
            )
        )
    return findings


def _versions() -> dict[str, str]:
    """From metadata; TensorFlow is offered under several names, whose import tells the rest."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _is_writable(folder: Path) -> bool:
    """Whether it can be written to, or be made where it is not there yet. Writes nothing."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _size(folder: Path) -> int:
    size = 0
    for at, _, files in os.walk(folder):
        for name in files:
            try:
                size += os.lstat(os.path.join(at, name)).st_size  # noqa: PTH118 - there may be many
            except OSError:  # another process has just removed it
                continue
    return size
