"""A body that is frozen for some epochs."""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Self

from zookit.core import BadExperiment, Unfreezing
from zookit.core.messages import option
from zookit.modeling.optimizers import reset_optimizer
from zookit.modeling.trainable import (
    count_trained,
    freeze_body,
    get_trainable,
    set_trainable,
    unfreeze,
)
from zookit.runs.environment import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    import keras


class Freezing:
    """Freezes a model's body if the run asks for it, and unfreezes it later.

    What the architecture froze itself, when it was built, stays frozen. `unfreezings` are in the
    order of epochs; in each of these epochs the model's optimizer starts again, as `new_optimizer`
    returns it.
    """

    def __init__(
        self,
        model: "keras.Model",
        new_optimizer: "Callable[[], keras.optimizers.Optimizer]",
        *,
        body: bool,
        unfreezings: Sequence[Unfreezing] = (),
    ) -> None:
        self._model = model
        self._new_optimizer = new_optimizer
        self._body = body
        self._unfreezings = unfreezings
        self._before = get_trainable(model)
        if body:
            freeze_body(model)
        self._frozen = get_trainable(model)

    def of(self, model: "keras.Model") -> Self:
        """Return the same for another model that is built alike, with the same flags."""
        other = copy(self)
        other._model = model  # noqa: SLF001
        return other

    def load_pretrained(self, load: "Callable[[keras.Model], None]") -> None:
        """Call the architecture's `pretrained`.

        Raises BadExperiment if that freezes layers or thaws them, and the body is frozen: what is
        to be trained later would not be known to a run that is resumed, where it is not called.
        """
        if not self._body:
            load(self._model)
            return
        set_trainable(self._model, self._before)
        load(self._model)
        changed = get_trainable(self._model) != self._before
        freeze_body(self._model)
        if changed:
            freeze = option("--freeze body", "freeze='body'")
            raise BadExperiment(
                "the architecture freezes layers in pretrained, so the body cannot be frozen too. "
                f"Remove {freeze}, or report to the plugin's "
                "author that features should do that."
            )

    def start_epoch(self, epoch: int) -> None:
        """Train from now on what is to be trained from this epoch on, counted from 1."""
        for each in self._unfreezings:
            if each.epoch == epoch:
                unfreeze(self._model, self._before, batch_norm=each.batch_norm)
                # A run that is resumed within the epoch restores the optimizer after this.
                reset_optimizer(self._model.optimizer, self._new_optimizer())

    def parameters(self) -> Parameters:
        """Return the number of parameters, and of those that are trained in each phase.

        Raises BadExperiment if nothing more is trained later.
        """
        now = get_trainable(self._model)
        if self._body:
            set_trainable(self._model, self._frozen)
        trained = {"1": count_trained(self._model)}
        for each in self._unfreezings:
            unfreeze(self._model, self._before, batch_norm=each.batch_norm)
            trained[str(each.epoch)] = count_trained(self._model)
        set_trainable(self._model, now)
        if self._unfreezings and len(set(trained.values())) == 1:
            raise BadExperiment(
                "there is nothing to train from epoch "
                f"{self._unfreezings[0].epoch} on that was frozen: the architecture freezes its "
                "layers itself, or has none to train. Remove the callback, or that parameter of "
                "the architecture."
            )
        return Parameters(self._model.count_params(), trained)
