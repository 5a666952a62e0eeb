"""Many training steps in one execution: the loop is inside one compiled program."""

import math
from typing import TYPE_CHECKING, Any

from zookit.core import BrokenPlugin, TrainingFailed
from zookit.core.errors import reason_of
from zookit.modeling.trainable import accept_trainable
from zookit.training.batches import Batches
from zookit.training.step_constants import StepConstants

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    import tensorflow as tf

UPDATES = 10
"""The least number of executions in an epoch: progress moves after each."""
_MOST_STEPS = {True: 200, False: 64}
"""The most steps in an execution, by whether XLA compiles them. Starting an execution takes about a
millisecond, as long as two steps of a small dense network under XLA. A step of a convolutional
network takes longer, and Ctrl-C waits for the end of the execution.
"""
_MOST_BYTES = 16_000_000
"""The most bytes of images in an execution; with more, the cost of starting one is negligible."""


def choose_steps(batches: Batches, *, xla: bool) -> int:
    """Return the number of steps for one execution, so that all have about the same number."""
    most = min(_MOST_STEPS[xla], batches.whole // UPDATES, _MOST_BYTES // batches.batch_bytes)
    if most < 2:
        return 1
    return math.ceil(batches.whole / math.ceil(batches.whole / most))


class MultiStep:
    """Replaces a compiled model's train function, so that `fit` runs many steps in one execution.

    Keras's `steps_per_execution` starts each step, and fetches its batch, from outside the program
    that XLA compiles. Here the loop over the steps is inside the program, and a chunk of batches is
    fetched at once. Each step is the model's own `train_step`, so the results equal a plain `fit`.

    It is installed between `install` and `remove`, which is within an epoch. At other times the
    model is as Keras builds it: with many steps in an execution, a callback's `predict` would be
    slow.
    """

    def __init__(self, model: "keras.Model", batches: Batches, steps: int, *, xla: bool) -> None:
        self.steps = steps
        self.xla = xla
        self.skipped = 0
        """The number of executions to skip, because a resumed epoch has already run them."""
        self._model = model
        self._batches = batches
        self._constants: StepConstants | None = None
        self._tracing = False
        self._compiled_with = _compiled_with(model)
        self._rate = _rate_of(model)
        self._installed = False
        # The functions that the model does not use at present. Keras caches its own there, and each
        # fits only the number of steps that it was built for.
        self._others: dict[str, Any] = {
            "train_function": self._execute,
            "test_function": None,
            "predict_function": None,
        }

    def restart(self, batches: Batches) -> None:
        """Begin another training with other batches, with the functions that are traced already."""
        self.remove()
        self._batches = batches
        self.skipped = 0

    def graphs(self) -> "list[tf.Graph]":
        """Return the graphs of all traced steps."""
        if self._constants is None:
            return []
        functions = (self._plain, self._compiled)
        return [
            traced.graph
            for each in functions
            for traced in each._list_all_concrete_functions()  # noqa: SLF001 - no public way
        ]

    def check(self) -> None:
        """Raise TrainingFailed if a callback compiled the model or set a learning rate schedule."""
        if self._compiled_with != _compiled_with(self._model):
            raise TrainingFailed(
                "a callback compiled the model during training, which is not supported. To freeze "
                "layers or change the learning rate, compiling is not necessary: the next step "
                "uses the new values."
            )
        if self._rate is not _rate_of(self._model):
            raise TrainingFailed(
                "a callback replaced the learning rate by a schedule or a function, which is not "
                "supported. Set it to a number before each step or epoch."
            )

    def install(self) -> None:
        """Install the function. `fit` must find it installed; callbacks may then remove it."""
        self._switch(installed=True)

    def remove(self) -> None:
        """Restore the model as Keras builds it; compiled programs are kept for the next time."""
        self._switch(installed=False)

    def _switch(self, *, installed: bool) -> None:
        if installed == self._installed:
            return
        self._installed = installed
        self._model.steps_per_execution = self.steps if installed else 1
        for name, function in self._others.items():
            self._others[name] = getattr(self._model, name)
            setattr(self._model, name, function)

    def chunks(self) -> "tf.data.Dataset":
        """Return the data set to fit on."""
        return self._batches.chunks(self.steps)

    def _execute(self, chunks: "Iterator[tuple[tf.Tensor, ...]]") -> Any:
        """Run the next chunk and, if it is not full, the smaller last batch after it.

        This gives the number of executions that Keras expects.
        """
        if self.skipped:
            self.skipped -= 1
            return self._model.get_metrics_result()
        count, *chunk = next(chunks)
        if self._constants is None or self._constants.changed:
            self._forget()
        whole = chunk[0].shape[1] == self._batches.batch_size
        logs = self._run(count, chunk, compiled=self.xla and whole)
        if whole and int(count) < self.steps and len(self._batches) > self._batches.whole:
            count, *chunk = next(chunks)
            logs = self._run(count, chunk, compiled=False)
        if self._tracing:  # only now, because a layer may set its own attributes meanwhile
            self._tracing = False
            self._constants = StepConstants(self._model)
        return logs

    def _forget(self) -> None:
        """Trace the steps again when they run next. Raises ZookitError if they cannot be."""
        import tensorflow as tf

        accept_trainable(self._model)
        # No autograph: Keras needs none, and tracing takes half the time.
        self._plain = tf.function(self._loop, autograph=False)
        self._compiled = tf.function(self._loop, autograph=False, jit_compile=True)

    def _run(self, count: "tf.Tensor", chunk: "list[tf.Tensor]", *, compiled: bool) -> Any:
        import tensorflow as tf

        if not compiled:  # compiling again for one smaller batch takes longer
            return self._plain(count, chunk)
        try:
            return self._compiled(count, chunk)
        except tf.errors.InvalidArgumentError as error:
            if "XLA" not in reason_of(error):
                raise
            raise BrokenPlugin(
                f"XLA cannot compile the training steps ({reason_of(error)[:200]}). If the "
                "architecture's layers cause this, its preference must not ask for XLA. Report "
                "this to the plugin's author."
            ) from error

    def _loop(self, count: "tf.Tensor", chunk: "list[tf.Tensor]") -> Any:
        import tensorflow as tf

        self._tracing = True  # this method runs only then

        def step(at: tf.Tensor) -> tuple[tf.Tensor]:
            self._model.train_step(tuple(part[at] for part in chunk))
            return (at + 1,)

        # In sequence: each step uses the weights of the one before.
        tf.while_loop(lambda at: at < count, step, [tf.constant(0)], parallel_iterations=1)
        return self._model.get_metrics_result()


def _compiled_with(model: "keras.Model") -> tuple[Any, ...]:
    """Return what `compile` sets, to be compared."""
    return model.optimizer, model.loss, model._loss_tracker  # noqa: SLF001 - `metrics` is slow


def _rate_of(model: "keras.Model") -> Any:
    """Return the variable with the learning rate; setting another number keeps it."""
    return getattr(model.optimizer, "_learning_rate", None)
