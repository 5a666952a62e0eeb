"""A compiled model with its traced functions, which can train several experiments in turn."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

from zookit.inference.evaluate import SplitEvaluator
from zookit.modeling.graphs import computes_with
from zookit.modeling.trainable import get_trainable, set_trainable
from zookit.training.batches import Batches
from zookit.training.multi_step import MultiStep

if TYPE_CHECKING:
    import keras


class Program:
    """A compiled model whose optimizer is built, with the functions that train and evaluate it.

    Tracing and compiling them takes most of the time of a small training. They depend on how the
    model is built, not on the values of its variables.
    """

    def __init__(self, model: "keras.Model", multi_step: MultiStep) -> None:
        self.model = model
        self.multi_step = multi_step
        self.evaluator = SplitEvaluator(model)
        self.key: Hashable = None
        """Programs with equal keys compute the same. None if this cannot be told."""
        self._trainable: tuple[bool, ...] = ()

    def take_key(self) -> None:
        """Find the key, before the training."""
        self._trainable = get_trainable(self.model)
        self.key = self._find_key()

    def _find_key(self) -> Hashable:
        from zookit.modeling.augmented_model import augmenting_parts  # these import Keras
        from zookit.modeling.fingerprint import fingerprint

        found = fingerprint(self.model, *augmenting_parts(self.model))
        return found and (found, self.multi_step.steps, self.multi_step.xla)

    def is_as_before(self) -> bool:
        """Whether a training that has ended left all but the values of variables as it was.

        Also False if the traced functions compute with more than those variables.
        """
        set_trainable(self.model, self._trainable)
        if self.key is None or self._find_key() != self.key:
            return False
        variables = [*self._variables(), *self.model.metrics_variables]
        graphs = (*self.multi_step.graphs(), *self.evaluator.graphs())
        return all(computes_with(each, variables) for each in graphs)

    def restart(self, new: "Program", batches: Batches) -> None:
        """Take over the initial values of a new program with the same key, to be trained now."""
        set_trainable(self.model, get_trainable(new.model))
        for own, other in zip(self._variables(), new._variables(), strict=True):  # noqa: SLF001
            own.assign(other.value)
        self.model.reset_metrics()
        self.multi_step.restart(batches)

    def _variables(self) -> "list[keras.Variable]":
        """Return all variables that have an initial value of their own."""
        from zookit.modeling.augmented_model import augmentation_variables  # imports Keras

        model = self.model
        return [*model.variables, *model.optimizer.variables, *augmentation_variables(model)]
