"""zookit: a plugin-based model zoo for TensorFlow/Keras 3.

`zookit.run(...)` trains, `zookit.open_run(...)` opens what was kept, `zookit.registry` looks
components up, `zookit.core` is what plugins are made from. Every plugin that imports `zookit.core`
executes this file, so it imports nothing until asked.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zookit.api import list_runs, open_run, resume, run
    from zookit.core import BadRun, Experiment, Result, ZookitError

    __version__: str

_HOMES = {
    "list_runs": "zookit.api",
    "open_run": "zookit.api",
    "resume": "zookit.api",
    "run": "zookit.api",
    "BadRun": "zookit.core",
    "Experiment": "zookit.core",
    "Result": "zookit.core",
    "ZookitError": "zookit.core",
}

__all__ = [
    "BadRun",
    "Experiment",
    "Result",
    "ZookitError",
    "__version__",
    "list_runs",
    "open_run",
    "resume",
    "run",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name == "__version__":
        from importlib.metadata import version

        return version("zookit")
    if name in ("core", "registry"):
        return importlib.import_module(f"zookit.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'zookit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "core", "registry"])
