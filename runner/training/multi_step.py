"""Many steps of training in one execution: a loop within one program."""

import math
from typing import TYPE_CHECKING, Any

from zookit.core import BrokenPlugin, TrainingFailed
from zookit.core.errors import reason_of
from zookit.training.batches import Batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    import tensorflow as tf

UPDATES = 10
"""Executions that an epoch has at least, where it has as many steps: progress moves with each."""
_MOST_STEPS = {True: 200, False: 64}
"""By whether XLA compiles them. Starting an execution takes about a millisecond, as long as two
steps of a small dense network under XLA; a convolutional network's take many, and Ctrl-C waits.
"""
_MOST_BYTES = 16_000_000
"""Of the images of one execution; beyond it, what starting it costs is nothing beside the steps."""


def steps_at_once(batches: Batches, *, xla: bool) -> int:
    """How many steps one execution should have, all executions having about as many."""
    most = min(_MOST_STEPS[xla], batches.whole // UPDATES, _MOST_BYTES // batches.batch_bytes)
    if most < 2:
        return 1
    return math.ceil(batches.whole / math.ceil(batches.whole / most))


class FusedSteps:
    """Puts into a compiled model what makes `fit` run many of its own steps in one execution.

    Keras's `steps_per_execution` starts each step, and fetches its batch, from outside the program
    that XLA compiles. Here the loop over the steps is inside, and a chunk of batches is fetched at
    once. Each step is the model's own `train_step`, so the results are those of a plain `fit`.

    It is in force between `begin` and `end`, that is within an epoch. Around that the model is as
    Keras makes it: with many steps in an execution a callback's `predict` would be slow.
    """

    def __init__(self, model: "keras.Model", batches: Batches, steps: int, *, xla: bool) -> None:
        import tensorflow as tf

        self.steps = steps
        self.xla = xla
        self.skipped = 0
        """Executions, of those to come, that are passed over: a resumed epoch had them before."""
        self._model = model
        self._batches = batches
        # No autograph: Keras needs none, and tracing takes half the time.
        self._plain = tf.function(self._loop, autograph=False)
        self._compiled = tf.function(self._loop, autograph=False, jit_compile=True)
        self._compiled_with = model.optimizer, model.loss
        self._in_force = False
        # Those that are not the model's at present. Keras keeps what it has made there, and each
        # fits only the number of steps that it was made for.
        self._others: dict[str, Any] = {
            "train_function": self._execute,
            "test_function": None,
            "predict_function": None,
        }

    def begin(self) -> None:
        """Put it in force. `fit` must find it so; from its first callback on it may be ended.

        Raises TrainingFailed where a callback has compiled the model anew, which Keras's `fit` does
        not bear either.
        """
        if self._compiled_with != (self._model.optimizer, self._model.loss):
            raise TrainingFailed(
                "a callback compiled the model anew, which cannot be done while it trains. Let the "
                "callback change the optimizer's learning rate instead."
            )
        self._put_in_force(wanted=True)

    def end(self) -> None:
        """Leave the model as Keras makes it; what was compiled is kept for the next time."""
        self._put_in_force(wanted=False)

    def _put_in_force(self, *, wanted: bool) -> None:
        if wanted == self._in_force:
            return
        self._in_force = wanted
        self._model.steps_per_execution = self.steps if wanted else 1
        for name, function in self._others.items():
            self._others[name] = getattr(self._model, name)
            setattr(self._model, name, function)

    def chunks(self) -> "tf.data.Dataset":
        """What to fit on."""
        return self._batches.chunks(self.steps)

    def _execute(self, chunks: "Iterator[tuple[tf.Tensor, ...]]") -> Any:
        """Run the next chunk and, where that leaves room, the smaller last batch after it.

        So there are as many executions as Keras counts on.
        """
        if self.skipped:
            self.skipped -= 1
            return self._model.get_metrics_result()
        count, *chunk = next(chunks)
        whole = chunk[0].shape[1] == self._batches.batch_size
        logs = self._run(count, chunk, compiled=self.xla and whole)
        if whole and int(count) < self.steps and len(self._batches) > self._batches.whole:
            count, *chunk = next(chunks)
            logs = self._run(count, chunk, compiled=False)
        return logs

    def _run(self, count: "tf.Tensor", chunk: "list[tf.Tensor]", *, compiled: bool) -> Any:
        import tensorflow as tf

        if not compiled:  # to compile once more, for a single smaller batch, takes longer
            return self._plain(count, chunk)
        try:
            return self._compiled(count, chunk)
        except tf.errors.InvalidArgumentError as error:
            if "XLA" not in str(error):
                raise
            raise BrokenPlugin(
                f"XLA cannot compile the steps of training ({reason_of(error)[:200]}). Where the "
                "architecture's own layers are to blame, its preference should not ask for XLA; "
                "tell that package's author."
            ) from error

    def _loop(self, count: "tf.Tensor", chunk: "list[tf.Tensor]") -> Any:
        import tensorflow as tf

        def step(at: tf.Tensor) -> tuple[tf.Tensor]:
            self._model.train_step(tuple(part[at] for part in chunk))
            return (at + 1,)

        # One after the other: each step stands on the weights of the one before.
        tf.while_loop(lambda at: at < count, step, [tf.constant(0)], parallel_iterations=1)
        return self._model.get_metrics_result()
