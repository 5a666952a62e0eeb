"""One requirement of a contract, as a function that can fail."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zookit.core import NotInstalled
from zookit.core.errors import quoted, reraise_interruption, typed_reason_of
from zookit.registry.frames import place_in
from zookit.testing.target import NotApplicable, Target


class ContractBroken(AssertionError):
    """A plugin breaks its contract. The message says what was found and what is required.

    If the plugin raised an error, `__cause__` is that error. Failures whose `fault` is equal have
    one cause: it is the line of the plugin's code that raised the error, or else what was found.
    """

    def __init__(self, message: str, fault: str = "") -> None:
        super().__init__(message)
        self.fault = fault or message


@dataclass(frozen=True)
class Check:
    """A function that raises if a target breaks the contract that its docstring states."""

    function: Callable[[Target], None]

    @property
    def name(self) -> str:
        """The function's name in words."""
        return self.function.__name__.replace("_", " ")

    @property
    def contract(self) -> str:
        """The requirement that is checked, in one line."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    def run(self, target: Target) -> None:
        """Raise ContractBroken if the target fails, NotApplicable if the check does not apply."""
        try:
            self.function(target)
        except NotApplicable:
            raise
        except NotInstalled as error:
            raise NotApplicable(str(error)) from error
        except ContractBroken as error:
            raise self._broken(target, str(error), str(error)) from None
        except BaseException as error:  # plugin code may raise anything
            reraise_interruption(error)
            place = place_in(error, target.entry.module)
            raised = raised_at(error, place)
            raise self._broken(target, f"it raised {raised}", place or raised) from error

    def _broken(self, target: Target, found: str, fault: str) -> ContractBroken:
        message = f"{target}: {found.rstrip('.')}. The contract: {self.contract}"
        return ContractBroken(message, fault)


def raised_at(error: BaseException, place: str) -> str:
    """Return the type and the message of an error, and the line of code, if it is known."""
    return typed_reason_of(error).rstrip(".") + (f" at {place}" if place else "")


def require(condition: object, found: str) -> None:
    """Raise ContractBroken with what was found if the condition does not hold."""
    if not condition:
        raise ContractBroken(found)


def require_fresh(build: Callable[[], object], expected: type, name: str) -> None:
    """Raise ContractBroken unless `build` returns an instance of `expected`, a new one each time.

    `name` is what messages call that class.
    """
    one, two = build(), build()
    for built in (one, two):
        require(isinstance(built, expected), f"build returned {quoted(built)}, not a {name}")
    require(one is not two, "build returned the same object twice")


def compiled(function: Callable[..., Any], *shapes: tuple[int | None, ...], xla: bool) -> Any:
    """Return a function that TensorFlow compiled for float32 arguments of these shapes."""
    import tensorflow as tf

    signature = [tf.TensorSpec(shape, "float32") for shape in shapes]
    # As Keras compiles a step. Called as a tf.function, it would warn that it is traced often.
    return tf.function(function, jit_compile=xla, autograph=False).get_concrete_function(*signature)
