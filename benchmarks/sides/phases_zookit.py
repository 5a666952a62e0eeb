"""`zookit` with the words of the command line, and the moments between its phases as JSON.

The first argument is the time at which the process was started.
"""

import atexit
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from zookit.cli.app import main
from zookit.inference.evaluate import SplitEvaluator
from zookit.modeling import tensorflow_import
from zookit.training import session
from zookit.training.loop import Loop
from zookit.training.multi_step import MultiStep

_began = float(sys.argv.pop(1))
_moments: list[tuple[str, float, float]] = []


def _mark(phase: str) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _moments.append((phase, time.time() - _began, usage.ru_utime + usage.ru_stime))


def _ending(phase: str, owner: Any, name: str) -> None:
    """Let a phase end before each call of a function."""
    _replace(owner, name, lambda: _mark(phase), lambda: None)


def _within(phase: str, owner: Any, name: str) -> None:
    """Let a phase end after each call of a function."""
    _replace(owner, name, lambda: None, lambda: _mark(phase))


def _replace(owner: Any, name: str, before: Callable[[], None], after: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def measured(*arguments: Any, **named: Any) -> Any:
        before()
        result = original(*arguments, **named)
        after()
        return result

    setattr(owner, name, measured)


_ending("Python, the command line, the components", session, "prepare_data")
_ending("find the data", tensorflow_import, "import_keras")
_within("import Keras and TensorFlow, open the data", session, "prepare_data")
_ending("build the model, create the run's folder", session, "fit")
_within("trace and compile the steps, run the first", MultiStep, "_run")
_ending("the rest of the first epoch", Loop, "end_epoch")
_ending("end the training", SplitEvaluator, "__call__")
_within("evaluate", SplitEvaluator, "__call__")
atexit.register(lambda: print(json.dumps(_moments), flush=True))
atexit.register(_mark, "write the results")
main()
