"""What is asked of callbacks."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zookit.core import Callback, Example, TrainingFailed
from zookit.core.parameters import create, plain_values
from zookit.runs.checkpoint import with_arrays, without_arrays
from zookit.testing.callback_harness import Drive, Logs, driven
from zookit.testing.check import ContractBroken, require
from zookit.testing.target import NotApplicable, Subject
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import numpy.typing as npt

_EPOCHS = 6


def builds_fresh_keras_callbacks(subject: Subject) -> None:
    """`build` returns a keras.callbacks.Callback, a new one each time."""
    import keras

    callback: Callback = subject.component
    one, two = callback.build(), callback.build()
    for built in (one, two):
        require(isinstance(built, keras.callbacks.Callback), f"build() gave {built!r}")
    require(one is not two, "build() gave the same object twice")


def acts_as_its_examples_say(subject: Subject) -> None:
    """In each training of its `examples` it acts as the example says.

    That is, training ends after that epoch, with that learning rate.
    """
    examples: tuple[Example, ...] = subject.component.examples
    if not examples:
        raise NotApplicable("it has no examples (zookit.core.Example) of what it does")
    for example in examples:
        found = driven(_with(subject, example), example.logs)
        expected = example.epochs or min(map(len, example.logs.values()))
        require(
            found.epoch == expected,
            f"with {dict(example.parameters)} and {dict(example.logs)} training ended after epoch "
            f"{found.epoch}, not {expected}",
        )
        if example.learning_rate is not None:
            require(
                math.isclose(found.learning_rate, example.learning_rate, rel_tol=1e-5),
                f"with {dict(example.parameters)} and {dict(example.logs)} the learning rate came "
                f"to {found.learning_rate:g}, not {example.learning_rate:g}",
            )


def state_makes_the_round_trip(subject: Subject) -> None:
    """A fresh one that is given another's state goes on as that one would have, from any epoch.

    That is, where it offers get_state and set_state; it need not.
    """
    callback: Callback = subject.component
    built = callback.build()
    offers = [name for name in ("get_state", "set_state") if hasattr(built, name)]
    if not offers:
        raise NotApplicable("it offers no state")
    require(len(offers) == 2, f"it offers {offers[0]} alone")
    for example in callback.examples or (_made_up(),):
        one = _with(subject, example)
        whole = driven(one, example.logs)
        for at in range(1, whole.epoch):
            _require_alike(_resumed(one, example.logs, at), whole, f"resumed after epoch {at}")


def goes_through_a_training(subject: Subject) -> None:
    """A real training with it, which has a validation split, goes to its end."""
    try:
        small_training(callbacks=(subject.component,))
    except TrainingFailed as error:
        # It may want what this training has not, such as another optimizer.
        require(subject.component.examples, f"it ended the training ({error}), and has no examples")
        raise NotApplicable(f"it ended the training: {error}") from error


def _resumed(callback: Callback, logs: Logs, at: int) -> Drive:
    first = Drive(callback.build())
    first.begin()
    first.go_on(logs, until=at)
    state = through_text(first.callback.get_state())
    second = Drive(callback.build(), at, float(first.model.optimizer.learning_rate))
    second.begin(state)
    second.go_on(logs)
    second.end()
    return second


def _require_alike(found: Drive, expected: Drive, what: str) -> None:
    require(
        found.epoch == expected.epoch,
        f"{what} it ends after epoch {found.epoch}, not {expected.epoch}",
    )
    require(
        math.isclose(found.learning_rate, expected.learning_rate, rel_tol=1e-6),
        f"{what} it comes to the learning rate {found.learning_rate:g}, not "
        f"{expected.learning_rate:g}",
    )
    weights = zip(found.model.get_weights(), expected.model.get_weights(), strict=True)
    require(all(np.array_equal(*pair) for pair in weights), f"{what} it leaves other weights")
    states = [through_text(drive.callback.get_state()) for drive in (found, expected)]
    require(_as_text(states[0]) == _as_text(states[1]), f"{what} its state ends as another")


def through_text(state: Any) -> Any:
    """A state as it comes back from a file. Raises ContractBroken where it is not plain."""
    text, arrays = _taken_apart(state)
    return with_arrays(json.loads(text), arrays)


def _taken_apart(state: Any) -> "tuple[str, dict[str, npt.NDArray[Any]]]":
    require(isinstance(state, Mapping), f"get_state() gave {state!r}, not a dictionary")
    arrays: dict[str, npt.NDArray[Any]] = {}
    try:
        return json.dumps(without_arrays(state, arrays), sort_keys=True), arrays
    except TypeError as error:
        raise ContractBroken(f"its state does not fit a file: {error}") from None


def _as_text(state: Any) -> str:
    text, arrays = _taken_apart(state)
    values = {name: (str(each.dtype), each.tolist()) for name, each in arrays.items()}
    return text + json.dumps(values, sort_keys=True)


def _with(subject: Subject, example: Example) -> Callback:
    given = {**plain_values(subject.component), **example.parameters}
    return cast(Callback, create(subject.kind, given, subject.entry.name))


def _made_up() -> Example:
    falling = [1 / (1 + epoch) for epoch in range(_EPOCHS)]
    rising = [1 - value / 2 for value in falling]
    logs = {"loss": falling, "accuracy": rising, "val_loss": falling, "val_accuracy": rising}
    return Example(logs)


CHECKS = (
    builds_fresh_keras_callbacks,
    acts_as_its_examples_say,
    state_makes_the_round_trip,
    goes_through_a_training,
)
