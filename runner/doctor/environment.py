"""The environment of the plugins: Python, TensorFlow, Keras, the devices and the cache."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zookit.core.data import cache_folder
from zookit.data.cache_contents import cache_entries, size_of, verify
from zookit.doctor.finding import Finding
from zookit.isolation import CallResult

_PACKAGES = ("zookit", "tensorflow", "keras")


@dataclass(frozen=True)
class Environment:
    """The environment in which zookit runs.

    `python` is the interpreter and `prefix` the folder of its environment. `devices` are
    TensorFlow's. `seconds` is how long its import took, None if it failed. `cache_size` is in
    bytes.
    """

    python: str
    prefix: str
    versions: dict[str, str]
    devices: list[str]
    seconds: float | None
    cache: str
    cache_is_writable: bool
    cache_size: int


def examine_environment(tensorflow: CallResult, limit: float) -> tuple[Environment, list[Finding]]:
    """Return the environment and the problems found in it.

    `tensorflow` is the result of `probes.import_tensorflow`, run with a limit of `limit` seconds.
    """
    found = tensorflow.answer or {}
    cache = cache_folder()
    environment = Environment(
        python=sys.executable,
        prefix=sys.prefix,
        versions={"python": platform.python_version(), **_versions(), **found.get("versions", {})},
        devices=found.get("devices", []),
        seconds=found.get("seconds"),
        cache=str(cache),
        cache_is_writable=_is_writable(cache),
        cache_size=size_of(cache),
    )
    findings = [
        *_tensorflow_findings(tensorflow, limit),
        *_folder_findings(environment),
        *_data_findings(),
    ]
    return environment, findings


def _tensorflow_findings(tensorflow: CallResult, limit: float) -> list[Finding]:
    reinstall = f"reinstall it: {sys.executable} -m pip install --force-reinstall tensorflow keras"
    if tensorflow.timed_out:
        reason = f"TensorFlow was not imported within {limit:g} s, so no model can be trained."
        return [Finding("hanging", reason, f"Try again. If the problem remains, {reinstall}")]
    if tensorflow.answer is None:
        how = tensorflow.ending
        reason = f"importing TensorFlow ends the process {how}, so no model can be trained."
        return [Finding("broken", reason, f"R{reinstall[1:]}")]
    if "reason" in tensorflow.answer:
        advice = "" if tensorflow.answer["has_advice"] else f"R{reinstall[1:]}"
        return [Finding("broken", f"TensorFlow: {tensorflow.answer['reason']}", advice)]
    return []


def _folder_findings(environment: Environment) -> list[Finding]:
    findings = []
    if not environment.cache_is_writable:
        findings.append(
            Finding(
                "broken",
                f"the cache folder {environment.cache} is not writable, so data is read again for "
                "each run and nothing can be downloaded.",
                "Set ZOOKIT_CACHE_DIR to a folder that you can write to.",
            )
        )
    data_dir = os.environ.get("ZOOKIT_DATA_DIR")
    if data_dir and not Path(data_dir).expanduser().is_dir():
        findings.append(
            Finding(
                "broken",
                f"ZOOKIT_DATA_DIR is {data_dir!r}, which is not a folder.",
                "Set it to a folder that contains data sets, or unset it.",
            )
        )
    return findings


def _data_findings() -> list[Finding]:
    """Read all prepared data sets, and return those that are damaged."""
    damaged = filter(None, map(verify, cache_entries()))
    return [Finding("broken", f"{each}.", "Run: zookit data verify") for each in damaged]


def _versions() -> dict[str, str]:
    """Return the versions in the packages' metadata.

    TensorFlow's is read when it is imported, because several distributions contain it.
    """
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _is_writable(folder: Path) -> bool:
    """Whether it can be written to or, if it does not exist, created. Writes nothing."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
