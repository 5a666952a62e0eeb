"""zookit: a plugin-based model zoo for TensorFlow/Keras 3.

`zookit.run(...)` trains, `zookit.open_run(...)` opens a run, `zookit.registry` looks components up,
and plugins are made from `zookit.core`. Every plugin that imports `zookit.core` executes this file,
so it imports nothing until it is asked to.
"""

import os
import sys

TYPE_CHECKING = False  # typing takes longer to import than all else before Ctrl-C is handled
if TYPE_CHECKING:
    from typing import Any

    from zookit import core as core
    from zookit import plugins as plugins
    from zookit import registry as registry
    from zookit import testing as testing
    from zookit.api import (
        LoadedData,
        compare,
        list_runs,
        load_data,
        open_model,
        open_run,
        resume,
        run,
    )
    from zookit.core import BadRun, Experiment, ZookitError
    from zookit.leaderboard.leaderboard import Leaderboard
    from zookit.publishing import package
    from zookit.rate_finding import RateCurve, find_rate
    from zookit.run_object import Run
    from zookit.sharing import pull, push, sign, verify
    from zookit.sweep_object import Sweep, SweepCell, sweep

    __version__: str

_MODULES = {
    "LoadedData": "zookit.api",
    "compare": "zookit.api",
    "list_runs": "zookit.api",
    "load_data": "zookit.api",
    "open_model": "zookit.api",
    "open_run": "zookit.api",
    "resume": "zookit.api",
    "run": "zookit.api",
    "BadRun": "zookit.core",
    "Experiment": "zookit.core",
    "ZookitError": "zookit.core",
    "Leaderboard": "zookit.leaderboard.leaderboard",
    "package": "zookit.publishing",
    "RateCurve": "zookit.rate_finding",
    "find_rate": "zookit.rate_finding",
    "Run": "zookit.run_object",
    "pull": "zookit.sharing",
    "push": "zookit.sharing",
    "sign": "zookit.sharing",
    "verify": "zookit.sharing",
    "Sweep": "zookit.sweep_object",
    "SweepCell": "zookit.sweep_object",
    "sweep": "zookit.sweep_object",
}
_PACKAGES = ("core", "plugins", "registry", "testing")
_KINDS = ("architectures", "callbacks", "datasets", "listeners")
_INSTEAD = {
    **dict.fromkeys(("train", "fit"), "To train: zookit.run(DATASET, ARCHITECTURE)"),
    **dict.fromkeys(("open", "load_run"), "Open a run: zookit.open_run('latest')"),
    "load_model": "Open an installed model: zookit.open_model(NAME), or a run: "
    "zookit.open_run('latest')",
    "load": "To load a data set: zookit.load_data(NAME). To open a run: zookit.open_run('latest')",
    "list": "The components are in zookit.registry, and the runs in zookit.list_runs().",
    "runs": "Write zookit.list_runs().",
}
"""What to write for names that other packages have."""

__all__ = [
    "BadRun",
    "Experiment",
    "Leaderboard",
    "LoadedData",
    "RateCurve",
    "Run",
    "Sweep",
    "SweepCell",
    "ZookitError",
    "__version__",
    "compare",
    "find_rate",
    "list_runs",
    "load_data",
    "open_model",
    "open_run",
    "package",
    "pull",
    "push",
    "resume",
    "run",
    "sign",
    "sweep",
    "verify",
]


if not TYPE_CHECKING:  # so that checkers refuse names that do not exist

    def __getattr__(name: str) -> "Any":
        import importlib

        if name == "__version__":
            from importlib.metadata import version

            return version("zookit")
        if name in _PACKAGES:
            return importlib.import_module(f"zookit.{name}")
        if name in _MODULES:
            return getattr(importlib.import_module(_MODULES[name]), name)
        hint = f" {_INSTEAD[name]}" if name in _INSTEAD else ""
        if name in ("evaluate", "export", "history", "metrics", "model", "predict", "report"):
            hint = f" Open a run: zookit.open_run('latest').{name}"
        elif name in _KINDS:
            hint = f" Write zookit.registry.{name}."
        elif hasattr(sys.modules.get("zookit.core"), name):
            hint = f" Write zookit.core.{name}."
        raise AttributeError(f"module 'zookit' has no attribute {name!r}.{hint}")


def _after_fork() -> None:
    if "tensorflow" in sys.modules:
        from zookit.modeling.forks import note_fork

        note_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_after_fork)


def __dir__() -> list[str]:
    return sorted([*__all__, *_PACKAGES])
