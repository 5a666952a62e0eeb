"""What doctor calls in processes of their own: load a plugin, import TensorFlow.

They take and return plain values.
"""

import re
import sys
import time
import traceback
from dataclasses import fields
from pathlib import Path
from typing import Any

from zookit.core import BrokenPlugin, Component, ComponentSpec, Dataset, Listener, ZookitError
from zookit.core.declaration import is_required
from zookit.core.errors import reason_of, typed_reason_of
from zookit.isolation import HEAVY, Stack
from zookit.registry import Built, Entry, packages_missing
from zookit.registry.metadata import Declared
from zookit.registry.registry import KINDS
from zookit.training.listeners import attach_component

_LONGEST = 1000


def load(declared: dict[str, str]) -> dict[str, Any]:
    """Load the plugin of a `Declared`.

    Returns the seconds that took, what of TensorFlow and Keras it imported, the packages that it
    needs and that are missing, and for a data set with files where those are. Or, where it is
    broken, the `reason` and the `stack`.
    """
    known = Declared(**declared)
    (kind,) = (kind for kind in KINDS if kind.group == known.group)
    entry: Entry[Any] = Entry(kind, known)
    _import_what_zookit_would()
    began = time.perf_counter()
    try:
        loaded = entry.load()
    except BaseException as error:  # noqa: BLE001 - whatever a stranger's module does
        return {"reason": _reason(error, entry)[:_LONGEST], "stack": _stack(error, entry)}
    seconds = time.perf_counter() - began
    heavy = [name for name in HEAVY if name in sys.modules]
    try:
        more = _of_command(entry) if kind.base is None else _of_component(loaded, entry)
    except BrokenPlugin as error:  # hooks that do not fit, a command that Typer cannot make
        return {"reason": _reason(error, entry)[:_LONGEST], "stack": _defined_at(entry)}
    except Exception as error:  # noqa: BLE001 - they may be anything
        reason = f"declares packages or files that make no sense: {typed_reason_of(error)}."
        return {"reason": reason[:_LONGEST], "stack": _defined_at(entry)}
    return {"seconds": seconds, "heavy": heavy, **more}


def import_tensorflow(_: None) -> dict[str, Any]:
    """Import Keras and TensorFlow, as a training does.

    Returns the seconds that took, the versions and the devices; or the `reason` it failed, and
    whether that says what to do.
    """
    from zookit.modeling.tensorflow_import import import_keras

    began = time.perf_counter()
    try:
        import_keras()
    except ZookitError as error:
        return {"reason": str(error), "advises": True}
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        return {"reason": typed_reason_of(error)[:_LONGEST], "advises": False}
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


def _import_what_zookit_would() -> None:
    """What every plugin may use is no time of its own."""
    import pydantic  # noqa: F401

    import zookit.core.data  # noqa: F401


def _of_command(entry: Entry[Any]) -> dict[str, Any]:
    from zookit.typer_commands import load_command

    load_command(entry)
    return {}


def _of_component(loaded: type[Component], entry: Entry[Any]) -> dict[str, Any]:
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
        # Whose it is stands beside it.
        return str(error).partition(f"({entry.value}) ")[2] or reason_of(error)
    return f"cannot be imported: {typed_reason_of(error)}."


def _stack(error: BaseException, entry: Entry[Any]) -> Stack:
    """Where it was raised; last of all where the plugin is defined."""
    cause = (error.__cause__ or error) if isinstance(error, BrokenPlugin) else error
    walked = list(traceback.walk_tb(cause.__traceback__))
    stack = [(frame.f_code.co_filename, line) for frame, line in reversed(walked)]
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
