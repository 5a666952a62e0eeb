"""Builds a compiled model with everything that trains it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from zookit.core import Experiment
from zookit.core.run_files import RunFiles
from zookit.data.prepared import Prepared
from zookit.modeling.freezing import Freezing
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.one_training import one_build, seed_training
from zookit.modeling.optimizers import build_optimizer
from zookit.modeling.trainable import check_averages, trainable_at_most
from zookit.modeling.weight_limit import weights_limited
from zookit.runs.checkpoint import MODEL, Checkpoint
from zookit.runs.environment import Runtime
from zookit.training.assign_weights import assign_weights, prepare_weights
from zookit.training.batches import Batches
from zookit.training.compatibility import unfreezings
from zookit.training.composition import Composition
from zookit.training.experiment_callbacks import build_callbacks
from zookit.training.feeds import Feeds
from zookit.training.listeners import Listeners
from zookit.training.multi_step import MultiStep, choose_steps
from zookit.training.program import Program
from zookit.training.programs import are_reused, reused

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from zookit.modeling.augmented_model import Step


@dataclass(frozen=True, eq=False)
class Network:
    """A program and its callbacks, with the experiment that it was built for.

    The experiment's settings are resolved: no `auto` is left in them.
    """

    experiment: Experiment
    runtime: Runtime
    program: Program
    callbacks: "tuple[keras.callbacks.Callback, ...]"
    freezing: Freezing
    run_files: RunFiles

    @property
    def model(self) -> "keras.Model":
        """The compiled model."""
        return self.program.model


def build_network(
    composition: Composition,
    prepared: Prepared,
    feeds: Feeds,
    runtime: Runtime,
    listeners: Listeners,
    replay: Runtime | None,
    checkpoint: Checkpoint | None = None,
) -> Network:
    """Build and compile the model of a composition, with the seed of its settings.

    `replay` is the runtime of a run that is repeated or continued, `checkpoint` where it continues.
    Raises BrokenPlugin if a component builds something unexpected, and BadExperiment if the
    optimizer cannot train a model with frozen layers, or the initial weights do not fit.
    """
    info = composition.dataset.info
    experiment = _resolved(composition.experiment, prepared, runtime)
    structure = prepare_weights(composition) if checkpoint is None else None
    with _one_build(checkpoint):
        seed_training(experiment.settings.seed, keep_kernels=are_reused())
        augmentations = _build_augmentations(composition)
        model = build_model(info, composition.architecture, experiment.settings.normalize)
    new_optimizer = partial(
        build_optimizer,
        composition.optimizer,
        composition.schedule,
        steps=len(feeds.train),
        epochs=experiment.settings.epochs,
    )
    _compile(model, composition, new_optimizer(), augmentations, feeds)
    freezing = Freezing(
        model,
        new_optimizer,
        body=bool(experiment.frozen),
        unfreezings=unfreezings(composition),
    )
    check_averages(model)
    trained = _trained_at_most(model, composition, checkpoint)
    if checkpoint is None and composition.initial is not None:
        assign_weights(model, composition, composition.initial, structure)
    elif checkpoint is None:
        freezing.load_pretrained(composition.architecture.pretrained)
    # Otherwise the first step creates the optimizer's variables, and is traced a second time. Some
    # of them start as the weights.
    model.optimizer.build(trained)
    # On a CPU, Keras's own default is no XLA.
    xla = runtime.xla or (replay is None and bool(model.jit_compile))
    every_batch = listeners.every_batch or any(each.every_batch for each in composition.callbacks)
    steps = _steps(feeds, replay, checkpoint, every_batch=every_batch, xla=xla)
    program = _program(composition, model, feeds.train, steps, xla=xla)
    run_files = RunFiles()
    return Network(
        experiment,
        replace(runtime, xla=xla, steps_per_execution=steps),
        program,
        build_callbacks(composition, experiment, feeds, run_files),
        freezing.of(program.model),
        run_files,
    )


def _resolved(experiment: Experiment, prepared: Prepared, runtime: Runtime) -> Experiment:
    return experiment.with_settings(
        data="sample" if prepared.origin == "sample" else "full",
        precision=runtime.precision,
        threads=runtime.intra_op_threads,
    )


def _program(
    composition: Composition, model: "keras.Model", batches: Batches, steps: int, *, xla: bool
) -> Program:
    """Return the program of a new model, or an earlier one that is the same."""
    program = Program(model, MultiStep(model, batches, steps, xla=xla))
    return program if composition.unregistered() else reused(program, batches)


def _compile(
    model: "keras.Model",
    composition: Composition,
    optimizer: "keras.optimizers.Optimizer",
    augmentations: "Sequence[Step]",
    feeds: Feeds,
) -> None:
    info = composition.dataset.info
    compile_model(
        model,
        info,
        optimizer,
        composition.loss,
        composition.metrics,
        mixes_labels=composition.mixes_labels,
        can_use_xla=composition.can_use_xla,
    )
    if augmentations:
        from zookit.modeling.augmented_model import augment  # imports Keras

        augment(model, augmentations, len(info.class_names), feeds.train.weights)


def _build_augmentations(composition: Composition) -> "Sequence[Step]":
    if not composition.augmentations:
        return ()
    from zookit.modeling.augmented_model import build_augmentations  # imports Keras

    return build_augmentations(composition.augmentations)


def _one_build(checkpoint: Checkpoint | None) -> AbstractContextManager[object]:
    if checkpoint is None:
        return one_build
    model = [each.size for name, each in checkpoint.arrays.items() if name.startswith(MODEL)]
    return weights_limited(model)


def _trained_at_most(
    model: "keras.Model", composition: Composition, checkpoint: Checkpoint | None
) -> "list[keras.Variable]":
    """Return the variables that the run may train; those of a frozen layer only if it can thaw."""
    # Earlier versions of zookit built the optimizer for what is trained at the start alone.
    fixed = checkpoint is not None and not checkpoint.position.trainable
    variables: list[keras.Variable] = model.trainable_variables
    return trainable_at_most(model) if composition.callbacks and not fixed else variables


def _steps(
    feeds: Feeds,
    replay: Runtime | None,
    checkpoint: Checkpoint | None,
    *,
    every_batch: bool,
    xla: bool,
) -> int:
    """Return the steps of one execution; a checkpoint within an epoch lies between two."""
    import keras

    # If a program limits the steps of an epoch in Keras, it means single steps.
    if every_batch or keras.config.max_steps_per_epoch() is not None:
        return 1
    if replay is None:
        return choose_steps(feeds.train, xla=xla)
    most = max(1, min(replay.steps_per_execution, feeds.train.whole))
    done = 0 if checkpoint is None else checkpoint.position.steps
    return max(steps for steps in range(1, most + 1) if done % steps == 0)
