"""Training a composition: data, model, fit, evaluation, and telling the listeners."""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console

from zookit.batches import Batches, balanced_weights
from zookit.composition import Composition
from zookit.console import bar, waiting
from zookit.core import (
    BadExperiment,
    BrokenPlugin,
    Callback,
    Evaluation,
    Experiment,
    FolderError,
    Result,
    Run,
    Settings,
    TrainingFailed,
)
from zookit.core.data import Prepared, hold_out, prepare, silent
from zookit.core.errors import quoted
from zookit.core.run import Status
from zookit.description import components, composed, data
from zookit.display import Display
from zookit.engine import engine, memory_told, versions
from zookit.fused import FusedSteps, steps_at_once
from zookit.importing import importing_keras
from zookit.interruption import Interruption, interruption
from zookit.kept.environment import Engine, Environment
from zookit.kept.writer import FolderWriter, check_runs_dir, make_folder
from zookit.listening import Listeners, Listening
from zookit.logs import logged_values
from zookit.model import build_model, compile_model
from zookit.predicting import Predictor, evaluate

if TYPE_CHECKING:
    import keras


def train(
    composition: Composition,
    runs_dir: Path,
    listening: Sequence[Listening] = (),
    *,
    quiet: bool = False,
    console: Console | None = None,
    alone: bool = False,
) -> Result:
    """Train, evaluate and keep a composition.

    `listening` are those that listen beside the run's folder and the display; `alone` says that
    nothing else in this process uses TensorFlow.

    Raises ZookitError where the data, the folder or the training fail; what there is of the run
    has then been kept.
    """
    check_runs_dir(runs_dir)
    pictures = composition.dataset.folder
    if pictures is not None and runs_dir.resolve().is_relative_to(pictures.resolve()):
        raise FolderError(
            f"runs would be kept in {runs_dir}, among the data in {pictures}, and then be read as "
            "data. Name another folder with --runs-dir."
        )
    settings = composition.experiment.settings
    info = composition.dataset.info
    writer = Listening.to(FolderWriter(), "the run's folder", essential=True)
    display = [] if quiet else [Listening.to(Display(console or Console()), "the display")]
    listeners = Listeners([writer, *display, *listening])
    preference = composition.architecture.preference(info.image_shape, settings.batch_size)
    with importing_keras() as importing:
        prepared = prepare(
            composition.dataset,
            settings.data,
            composition.experiment.dataset.short_name,
            composition.owners.get(composition.experiment.dataset.name, ""),
            silent if quiet else bar,
            found=importing.start,
        )
        with waiting("starting TensorFlow", quiet=quiet):
            importing.wait()
    feeds = _Feeds.of(prepared, settings, info.class_names)
    with ExitStack() as running:
        started = running.enter_context(engine(settings, preference, alone=alone))
        running.enter_context(memory_told())
        import keras  # only now that it is configured

        experiment = _resolved(composition.experiment, prepared, started)
        model = build_model(info, composition.architecture, experiment.settings)
        compile_model(model, info, experiment.settings)
        # On a CPU Keras's own choice is no XLA.
        xla = started.xla or model.jit_compile
        every_batch = listeners.every_batch or any(
            callback.every_batch for callback in composition.callbacks
        )
        # Where a program has told Keras to go through so many steps only, it means single ones.
        one_by_one = every_batch or keras.config.max_steps_per_epoch() is not None
        steps = 1 if one_by_one else steps_at_once(feeds.train, xla=xla)
        fused = FusedSteps(model, feeds.train, steps, xla=xla)
        composition.architecture.pretrained(model)
        identity = experiment.identity(prepared.hash, composition.owners)
        chosen_engine = replace(started, xla=xla, steps_per_execution=steps)
        environment = Environment(
            identity,
            experiment.group(prepared.hash, composition.owners),
            versions(),
            components(composition),
            tuple(one.full_name for one in listening),
            chosen_engine,
            data(prepared, info, feeds.sizes()),
        )
        run = Run(
            experiment,
            make_folder(runs_dir, identity, datetime.now().astimezone()),
            composed(composition, prepared.word, feeds.sizes(), model, chosen_engine),
            environment.plain(),
        )
        return _Training(run, composition, model, feeds, fused, listeners).result()


@dataclass(frozen=True, eq=False)
class _Feeds:
    train: Batches
    validation: Batches | None
    test: Batches

    @classmethod
    def of(cls, prepared: Prepared, settings: Settings, names: Sequence[str]) -> "_Feeds":
        splits = prepared.splits
        chosen = None
        validation = None
        if splits.validation is not None:
            validation = Batches(splits.validation, settings.batch_size)
        if settings.validation:
            if splits.validation is not None:
                raise BadExperiment(
                    "the data set has a validation split of its own; leave --validation out."
                )
            chosen, held = hold_out(splits.train.labels, settings.validation, settings.seed, names)
            validation = Batches(splits.train, settings.batch_size, chosen=held)
        labels = splits.train.labels if chosen is None else splits.train.labels[chosen]
        weights = balanced_weights(labels, len(names)) if settings.class_weights else None
        train = Batches(
            splits.train, settings.batch_size, chosen=chosen, seed=settings.seed, weights=weights
        )
        return cls(train, validation, Batches(splits.test, settings.batch_size))

    def sizes(self) -> dict[str, int]:
        """Images by what they are for."""
        feeds = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: batches.size for name, batches in feeds.items() if batches is not None}


@dataclass(eq=False)
class _Training:
    """One training, and what there is of it so far."""

    run: Run
    composition: Composition
    model: "keras.Model"
    feeds: _Feeds
    fused: FusedSteps
    listeners: Listeners
    interruption: Interruption = field(default_factory=Interruption)
    history: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)

    def result(self) -> Result:
        """Train to the end, an interruption or an error, and tell the listeners which."""
        with interruption() as self.interruption:
            try:
                self.listeners.tell("run_started", run=self.run)
                self._fit()
                metrics = self._evaluate()
                said = evaluate(Predictor(self.model), self.feeds.test.split)
                ended = self._ended("finished", metrics, said)
            except KeyboardInterrupt:
                ended = self._ended("interrupted", {})
            except BaseException as error:
                self.interruption.ended = True
                self.listeners.tell("run_failed", result=self._ended("failed", {}), error=error)
                raise
            self.interruption.ended = True
            self.listeners.tell("run_finished", result=ended)
        return ended

    def epoch_ended(self, values: Mapping[str, float], seconds: float) -> None:
        """Take up the values of an epoch that has ended."""
        for name, value in values.items():
            self.history[name].append(value)
        self.seconds.append(seconds)
        # Told to strangers: what one does with them is nothing to the others.
        told = MappingProxyType(dict(values))
        self.listeners.tell("epoch_ended", epoch=len(self.seconds), values=told, seconds=seconds)

    def _fit(self) -> None:
        callbacks = [
            _follow(self),
            *map(_built, self.composition.callbacks),
            *self.listeners.keras_callbacks(run=self.run),
        ]
        validation = self.feeds.validation
        self.fused.begin()
        self.model.fit(
            self.fused.chunks(),
            epochs=self.run.experiment.settings.epochs,
            validation_data=None if validation is None else validation.dataset(),
            callbacks=callbacks,
            shuffle=False,  # the batches come in their own order
            verbose=0,
        )

    def _evaluate(self) -> dict[str, float]:
        self.fused.begin()
        logs = self.model.evaluate(
            self.feeds.test.dataset(), callbacks=[_follow(self)], verbose=0, return_dict=True
        )
        _refuse_unless_finite(logs, "on the test images")
        return logged_values(logs)

    def _ended(
        self, status: Status, metrics: Mapping[str, float], evaluation: Evaluation | None = None
    ) -> Result:
        self.fused.end()
        history = {name: tuple(values) for name, values in self.history.items()}
        return Result(
            self.run.experiment,
            self.run.folder,
            status,
            history,
            tuple(self.seconds),
            metrics,
            self.run.environment,
            self.model,
            evaluation,
        )


def _built(callback: Callback) -> "keras.callbacks.Callback":
    import keras

    built = callback.build()
    if not isinstance(built, keras.callbacks.Callback):
        name = f"{type(callback).__module__}:{type(callback).__qualname__}"
        raise BrokenPlugin(
            f"{name}.build gave {quoted(built)}, expected an instance of keras.callbacks.Callback. "
            "Tell that package's author."
        )
    return built


def _follow(training: _Training) -> "keras.callbacks.Callback":
    import keras

    class Follow(keras.callbacks.Callback):
        """Sets each epoch's order, takes up its values, and ends where training cannot go on.

        It comes first, so that between epochs all others meet the model as Keras makes it.
        """

        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            training.fused.end()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del logs
            training.feeds.train.epoch = epoch
            self._began = time.monotonic()

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            training.fused.begin()

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            training.interruption.check()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            training.interruption.check()
            # A running mean, so the first bad batch shows at once.
            steps = self.params["steps"]
            where = f"in epoch {len(training.seconds) + 1}, by step {min(batch + 1, steps)}"
            _refuse_unless_finite(logs, f"{where} of {steps}")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            training.fused.end()
            _refuse_unless_finite(logs, f"at the end of epoch {epoch + 1}")
            training.epoch_ended(logged_values(logs), time.monotonic() - self._began)

    return Follow()


def _refuse_unless_finite(logs: Mapping[str, Any] | None, where: str) -> None:
    for name in ("loss", "val_loss"):
        value = float((logs or {}).get(name, 0.0))
        if not math.isfinite(value):
            raise TrainingFailed(
                f"the {name} became {value} {where}. Lower --learning-rate, and leave the pixels "
                "normalised."
            )


def _resolved(experiment: Experiment, prepared: Prepared, started: Engine) -> Experiment:
    """The experiment with what auto has come to, so that a repetition takes the same."""
    data: Literal["full", "sample"] = "sample" if prepared.word == "sample" else "full"
    settings = replace(experiment.settings, data=data, precision=started.precision)
    return replace(experiment, settings=settings)
