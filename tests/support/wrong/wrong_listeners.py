"""Listeners, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from typing import Any

from zookit.core import Listener, hookimpl

RUNS = ("works during a run", "works during a failing run")


@dataclass(frozen=True)
class Right(Listener):
    """Listens to the end of an epoch; nothing is wrong."""

    @hookimpl
    def epoch_ended(self, epoch: int, values: Any) -> None:
        assert epoch >= 1
        assert "loss" in values


@dataclass(frozen=True)
class Misspelt(Listener):
    """Has a misspelt hook."""

    @hookimpl
    def epoch_endet(self) -> None:
        """Never called."""


@dataclass(frozen=True)
class Unmarked(Listener):
    """Has a hook that is not marked."""

    def epoch_ended(self) -> None:
        """Never called."""


@dataclass(frozen=True)
class MoreArguments(Listener):
    """Has a hook with an unknown argument."""

    @hookimpl
    def epoch_ended(self, epoch: int, batches: int) -> None:
        """Never called."""


@dataclass(frozen=True)
class Deaf(Listener):
    """Has no hook."""


@dataclass(frozen=True)
class FailsAtTheEnd(Listener):
    """Fails when a run has finished."""

    @hookimpl
    def run_finished(self) -> None:
        raise RuntimeError("no")


@dataclass(frozen=True)
class FailsOnFailures(Listener):
    """Fails when a run has failed."""

    @hookimpl
    def run_failed(self) -> None:
        raise RuntimeError("no")


@dataclass(frozen=True)
class OffersFailing(Listener):
    """Offers a Keras callback that fails."""

    @hookimpl
    def keras_callbacks(self) -> Any:
        import keras

        return [keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: 1 / 0)]


ENTRIES = {
    "right": (Right, ()),
    "misspelt": (Misspelt, ("hooks are those of a run", *RUNS)),
    "unmarked": (Unmarked, ("hooks are those of a run", *RUNS)),
    "more_arguments": (MoreArguments, ("hooks are those of a run", *RUNS)),
    "deaf": (Deaf, ("hooks are those of a run", *RUNS)),
    "fails_at_the_end": (FailsAtTheEnd, RUNS[:1]),
    "fails_on_failures": (FailsOnFailures, RUNS[1:]),
    "offers_failing": (OffersFailing, RUNS),
}
