"""The functions that the doctor calls in child processes; they take and return plain values."""

import re
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from zookit.core import BrokenPlugin, Component, ComponentSpec, Dataset, Listener, ZookitError
from zookit.core.declaration import is_required
from zookit.core.errors import reason_of, typed_reason_of
from zookit.isolation import HEAVY, Stack
from zookit.registry import Built, Entry, Registry, packages_missing
from zookit.registry.frames import lines_of
from zookit.registry.metadata import Declared
from zookit.training.listeners import attach_component

_LONGEST = 1000


def load(plugins: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Load plugins, each of which is given as the values of a `Declared`.

    Returns for each how many `seconds` its import took, which `heavy` modules it imported, the
    packages that are `missing`, and for a data set with files its `data`: where they are. If the
    plugin is broken, the `reason` and the `stack` instead.
    """
    _import_dependencies()
    return [_load(each) for each in plugins]


def _load(declared: dict[str, str]) -> dict[str, Any]:
    metadata = Declared(**declared)
    (kind,) = (kind for kind in Registry.kinds() if kind.group == metadata.group)
    entry: Entry[Any] = Entry(kind, metadata)
    began = time.perf_counter()
    try:
        loaded = entry.load()
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
        return {"reason": _reason(error, entry)[:_LONGEST], "stack": _stack(error, entry)}
    seconds = time.perf_counter() - began
    heavy = [name for name in HEAVY if name in sys.modules]
    try:
        more = _examine_command(entry) if kind.base is None else _examine(loaded, entry)
    except BrokenPlugin as error:  # unknown hooks, a command that Typer cannot create
        return {"reason": _reason(error, entry)[:_LONGEST], "stack": _defined_at(entry)}
    except Exception as error:  # noqa: BLE001 - its attributes may be anything
        reason = f"has invalid packages or files: {typed_reason_of(error)}."
        return {"reason": reason[:_LONGEST], "stack": _defined_at(entry)}
    return {"seconds": seconds, "heavy": heavy, **more}


def import_tensorflow(_: None) -> dict[str, Any]:
    """Import Keras and TensorFlow, as training does.

    Returns how many `seconds` that took, the `versions` and the `devices`; or the `reason` why it
    failed, and whether that `has_advice`.
    """
    from zookit.modeling.tensorflow_import import import_keras

    began = time.perf_counter()
    try:
        import_keras()
    except ZookitError as error:
        return {"reason": str(error), "has_advice": True}
    except Exception as error:  # noqa: BLE001 - the parent reports it
        return {"reason": typed_reason_of(error)[:_LONGEST], "has_advice": False}
    import keras
    import tensorflow as tf

    return {
        "seconds": time.perf_counter() - began,
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
        "devices": [
            device.name.removeprefix("/physical_device:")
            for device in tf.config.list_physical_devices()
        ],
    }


def _import_dependencies() -> None:
    """Import what every plugin may use, so that it does not count as the plugin's time."""
    import pydantic  # noqa: F401

    import zookit.core.data  # noqa: F401


def _examine_command(entry: Entry[Any]) -> dict[str, Any]:
    from zookit.typer_commands import load_command

    load_command(entry)
    return {}


def _examine(loaded: type[Component], entry: Entry[Any]) -> dict[str, Any]:
    from zookit.doctor.data_availability import data_availability

    data = None
    if issubclass(loaded, Dataset) and loaded.files:
        data = data_availability(loaded, entry.name, entry.owner)
    missing = packages_missing(loaded)
    if issubclass(loaded, Listener) and not missing and not any(map(is_required, fields(loaded))):
        attach_component(Built(loaded(), ComponentSpec(entry.name), None))
    return {"missing": missing, "data": data}


def _reason(error: BaseException, entry: Entry[Any]) -> str:
    if isinstance(error, BrokenPlugin):
        # The doctor prints whose plugin it is next to the reason.
        return str(error).partition(f"({entry.location}) ")[2] or reason_of(error)
    return f"cannot be imported: {typed_reason_of(error)}."


def _stack(error: BaseException, entry: Entry[Any]) -> Stack:
    """Where the error was raised, innermost call first; then where the plugin is defined."""
    cause = (error.__cause__ or error) if isinstance(error, BrokenPlugin) else error
    stack = lines_of(cause)
    if isinstance(cause, SyntaxError) and cause.filename:
        stack.insert(0, (cause.filename, cause.lineno or 0))
    return [*stack, *_defined_at(entry)]


def _defined_at(entry: Entry[Any]) -> Stack:
    module, _, attribute = entry.value.partition(":")
    file = getattr(sys.modules.get(module), "__file__", None)
    if not isinstance(file, str):
        return []
    name = re.escape(attribute.partition(".")[0])
    binds = re.compile(
        rf"(async def|class|def)\s+{name}\b|{name}\s*(:|=(?!=))|(from|import)\b.*\b{name}\b"
    )
    lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    return [(file, next((at for at, line in enumerate(lines, 1) if binds.match(line)), 0))]
