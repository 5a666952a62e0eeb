"""The contract of callbacks."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zookit.core import Callback, Example, TrainingFailed, did_you_mean
from zookit.core.calling import call_declared
from zookit.core.declaration import is_required
from zookit.core.parameters import create, plain_values
from zookit.runs.checkpoint import with_arrays, without_arrays
from zookit.testing.callback_harness import Harness, Logs, new_run, run_through
from zookit.testing.check import ContractBroken, require
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import numpy.typing as npt

_EPOCHS = 4


def builds_fresh_keras_callbacks(target: Target) -> None:
    """`build` returns a keras.callbacks.Callback, a new one each time.

    Each of its methods whose name begins with `on_` is one that Keras calls.
    """
    import keras

    callback: Callback = target.component
    run = new_run()
    one, two = (call_declared(callback.build, run=run) for _ in range(2))
    for built in (one, two):
        require(isinstance(built, keras.callbacks.Callback), f"build() returned {built!r}")
    require(one is not two, "build() returned the same object twice")
    known = [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]
    for name in dir(type(one)):
        called = not name.startswith("on_") or name in known
        require(called, f"Keras never calls its method {name}.{did_you_mean(name, known)}")


def acts_as_its_examples_say(target: Target) -> None:
    """For each of its `examples`, training ends after the example's epoch.

    If the example has a learning rate, that is the rate at the end. Other parameters than the
    example's have their defaults.
    """
    examples: tuple[Example, ...] = target.component.examples
    if not examples:
        raise NotApplicable(
            "it has no examples; add a zookit.core.Example to its class attribute `examples`"
        )
    for example in examples:
        found = run_through(_as_declared(target, example), example.logs)
        expected = example.epochs or min(map(len, example.logs.values()))
        described = f"with {dict(example.parameters)} and {dict(example.logs)}"
        require(
            found.epoch == expected,
            f"{described} training ended after epoch {found.epoch}, not {expected}",
        )
        if example.learning_rate is not None:
            require(
                math.isclose(found.learning_rate, example.learning_rate, rel_tol=1e-5),
                f"{described} the learning rate ended at {found.learning_rate:g}, not "
                f"{example.learning_rate:g}",
            )


def state_makes_the_round_trip(target: Target) -> None:
    """A new callback that receives the state of another continues exactly like it, from any epoch.

    Applies to callbacks that have get_state and set_state, which are optional.
    """
    callback: Callback = target.component
    built = call_declared(callback.build, run=new_run())
    offered = [name for name in ("get_state", "set_state") if hasattr(built, name)]
    if not offered:
        raise NotApplicable("it has neither get_state nor set_state")
    require(len(offered) == 2, f"it has only {offered[0]} of get_state and set_state")
    for example in callback.examples or (_default_example(),):
        one = _with(target, example)
        whole = run_through(one, example.logs)
        for at in range(1, whole.epoch):
            _require_alike(_resumed(one, example.logs, at), whole, f"resumed after epoch {at}")


def works_during_training(target: Target) -> None:
    """Training with it and with a validation split runs to the end."""
    try:
        small_training(callbacks=(target.component,))
    except TrainingFailed as error:
        # It may need what this run does not have, such as another optimizer.
        require(
            target.component.examples, f"it made training fail ({error}), and it has no examples"
        )
        raise NotApplicable(f"it made training fail: {error}") from error


def _resumed(callback: Callback, logs: Logs, at: int) -> Harness:
    first = Harness.of(callback)
    first.begin()
    first.train(logs, until=at)
    state = as_from_file(first.callback.get_state())
    second = Harness.of(callback, at, float(first.model.optimizer.learning_rate))
    second.begin(state)
    second.train(logs)
    second.end()
    return second


def _require_alike(found: Harness, expected: Harness, when: str) -> None:
    require(
        found.epoch == expected.epoch,
        f"{when} it ends after epoch {found.epoch}, not {expected.epoch}",
    )
    require(
        math.isclose(found.learning_rate, expected.learning_rate, rel_tol=1e-6),
        f"{when} the learning rate ends at {found.learning_rate:g}, not {expected.learning_rate:g}",
    )
    weights = zip(found.model.get_weights(), expected.model.get_weights(), strict=True)
    require(all(np.array_equal(*pair) for pair in weights), f"{when} it leaves other weights")
    states = [as_from_file(each.callback.get_state()) for each in (found, expected)]
    require(_as_text(states[0]) == _as_text(states[1]), f"{when} its state ends differently")


def as_from_file(state: Any) -> Any:
    """Return a state as it is after it is saved to and loaded from a checkpoint file.

    Raises ContractBroken if a file cannot hold it.
    """
    text, arrays = _split(state)
    return with_arrays(json.loads(text), arrays)


def _split(state: Any) -> "tuple[str, dict[str, npt.NDArray[Any]]]":
    require(isinstance(state, Mapping), f"get_state() returned {state!r}, not a dictionary")
    arrays: dict[str, npt.NDArray[Any]] = {}
    try:
        return json.dumps(without_arrays(state, arrays), sort_keys=True), arrays
    except TypeError as error:
        raise ContractBroken(f"its state cannot be saved: {error}") from None


def _as_text(state: Any) -> str:
    text, arrays = _split(state)
    values = {name: (str(each.dtype), each.tolist()) for name, each in arrays.items()}
    return text + json.dumps(values, sort_keys=True)


def _as_declared(target: Target, example: Example) -> Callback:
    """Return the callback of an example: only what has no default is taken from the target."""
    required = [field.name for field in fields(target.kind) if is_required(field)]
    given = plain_values(target.component)
    values = {**{name: given[name] for name in required if name in given}, **example.parameters}
    return cast(Callback, create(target.kind, values, target.entry.name))


def _with(target: Target, example: Example) -> Callback:
    """Return the target's callback with the parameters of an example."""
    values = {**plain_values(target.component), **example.parameters}
    return cast(Callback, create(target.kind, values, target.entry.name))


def _default_example() -> Example:
    falling = [1 / (1 + epoch) for epoch in range(_EPOCHS)]
    rising = [1 - value / 2 for value in falling]
    logs = {"loss": falling, "accuracy": rising, "val_loss": falling, "val_accuracy": rising}
    return Example(logs)


CHECKS = (
    builds_fresh_keras_callbacks,
    acts_as_its_examples_say,
    state_makes_the_round_trip,
    works_during_training,
)
