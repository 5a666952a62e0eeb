"""Training a composition: data, model, fit, evaluation, and telling the listeners."""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console

from zookit.batches import Batches, balanced_weights
from zookit.composition import Composition
from zookit.console import bar
from zookit.core import (
    BadExperiment,
    Chosen,
    Experiment,
    Result,
    Run,
    Settings,
    TrainingFailed,
    warn,
)
from zookit.core.data import Prepared, hold_out, prepare, silent
from zookit.core.parameters import words_of
from zookit.core.run import Status
from zookit.display import Display
from zookit.engine import engine, versions
from zookit.folder import FolderWriter, check_runs_dir, make_folder
from zookit.listening import Listeners
from zookit.model import Head, build_model, compile_model

if TYPE_CHECKING:
    import keras

_EVALUATION_BATCH = 256


def train(
    composition: Composition,
    runs_dir: Path,
    *,
    quiet: bool = False,
    console: Console | None = None,
) -> Result:
    """Train, evaluate and keep a composition.

    Raises ZookitError where the data, the folder or the training fail; what there is of the run
    has then been kept.
    """
    check_runs_dir(runs_dir)
    prepared = prepare(
        composition.dataset,
        composition.experiment.settings.data,
        composition.experiment.dataset.name.rpartition("/")[2],
        composition.owners.get(composition.experiment.dataset.name, ""),
        silent if quiet else bar,
    )
    experiment = _resolved(composition.experiment, prepared)
    feeds = _Feeds.of(prepared, experiment.settings, len(composition.dataset.info.class_names))
    with engine(experiment.settings) as engine_settings:
        model = build_model(composition.dataset.info, composition.architecture, experiment.settings)
        compile_model(model, composition.dataset.info, experiment.settings)
        composition.architecture.pretrained(model)
        identity = experiment.identity(prepared.hash, composition.owners)
        environment = {
            "identity": identity,
            "group": experiment.group(prepared.hash, composition.owners),
            "versions": versions(),
            "components": _owners(composition),
            "engine": engine_settings,
            "data": _data(prepared),
        }
        run = Run(
            experiment,
            make_folder(runs_dir, identity, datetime.now().astimezone()),
            _composed(composition, prepared, feeds, model),
            environment,
        )
        display = [] if quiet else [Display(console or Console())]
        listeners = Listeners(essential=[FolderWriter()], others=display)
        return _Training(run, composition, model, feeds, listeners).result()


@dataclass(frozen=True, eq=False)
class _Feeds:
    train: Batches
    validation: Batches | None
    test: Batches

    @classmethod
    def of(cls, prepared: Prepared, settings: Settings, classes: int) -> "_Feeds":
        splits = prepared.splits
        chosen = None
        validation = None
        if splits.validation is not None:
            validation = Batches(splits.validation, _EVALUATION_BATCH)
        if settings.validation:
            if splits.validation is not None:
                raise BadExperiment(
                    "the data set has a validation split of its own; leave --validation out."
                )
            chosen, held = hold_out(splits.train.labels, settings.validation, settings.seed)
            validation = Batches(splits.train, _EVALUATION_BATCH, chosen=held)
        labels = splits.train.labels if chosen is None else splits.train.labels[chosen]
        weights = balanced_weights(labels, classes) if settings.class_weights else None
        train = Batches(
            splits.train, settings.batch_size, chosen=chosen, seed=settings.seed, weights=weights
        )
        return cls(train, validation, Batches(splits.test, _EVALUATION_BATCH))


@dataclass(eq=False)
class _Training:
    """One training, and what there is of it so far."""

    run: Run
    composition: Composition
    model: "keras.Model"
    feeds: _Feeds
    listeners: Listeners
    history: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)

    def result(self) -> Result:
        """Train to the end, an interruption or an error, and tell the listeners which."""
        try:
            self.listeners.tell("run_started", run=self.run)
            self._fit()
            metrics = self._evaluate()
        except KeyboardInterrupt:
            ended = self._ended("interrupted", {})
        except BaseException as error:
            self.listeners.tell("run_failed", result=self._ended("failed", {}), error=error)
            raise
        else:
            ended = self._ended("finished", metrics)
        self.listeners.tell("run_finished", result=ended)
        return ended

    def epoch_ended(self, values: Mapping[str, float], seconds: float) -> None:
        """Take up the values of an epoch that has ended."""
        for name, value in values.items():
            self.history[name].append(value)
        self.seconds.append(seconds)
        self.listeners.tell("epoch_ended", epoch=len(self.seconds), values=values, seconds=seconds)

    def _fit(self) -> None:
        offered = self.listeners.tell("keras_callbacks", run=self.run)
        callbacks = [
            _follow(self),
            *(callback.build() for callback in self.composition.callbacks),
            *(callback for callbacks in offered for callback in callbacks),
        ]
        validation = self.feeds.validation
        self.model.fit(
            self.feeds.train.dataset(),
            epochs=self.run.experiment.settings.epochs,
            validation_data=None if validation is None else validation.dataset(),
            callbacks=callbacks,
            shuffle=False,  # the batches come in their own order
            verbose=0,
        )

    def _evaluate(self) -> dict[str, float]:
        logs = self.model.evaluate(self.feeds.test.dataset(), verbose=0, return_dict=True)
        return _values(logs)

    def _ended(self, status: Status, metrics: Mapping[str, float]) -> Result:
        history = {name: tuple(values) for name, values in self.history.items()}
        return Result(
            self.run.experiment,
            self.run.folder,
            status,
            history,
            tuple(self.seconds),
            metrics,
            self.model,
        )


def _follow(training: _Training) -> "keras.callbacks.Callback":
    import keras

    class Follow(keras.callbacks.Callback):
        """Sets each epoch's order, refuses a loss that is not finite, takes up the values."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del logs
            training.feeds.train.epoch = epoch
            self._began = time.monotonic()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            # A running mean, so the first bad batch shows at once.
            loss = float((logs or {}).get("loss", 0.0))
            if not math.isfinite(loss):
                raise TrainingFailed(
                    f"the loss became {loss} in epoch {len(training.seconds) + 1}, step "
                    f"{batch + 1} of {self.params['steps']}. Lower --learning-rate, or take "
                    "--no-normalize out."
                )

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            del epoch
            training.epoch_ended(_values(logs), time.monotonic() - self._began)

    return Follow()


def _values(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """Keras's logs as plain numbers: the loss first, validation last."""
    names = sorted(
        logs or {}, key=lambda name: (name.startswith("val_"), not name.endswith("loss"))
    )
    return {name: float((logs or {})[name]) for name in names}


def _resolved(experiment: Experiment, prepared: Prepared) -> Experiment:
    """The experiment with the data it really takes, so that a repetition takes the same."""
    data: Literal["full", "sample"] = "sample" if prepared.word == "sample" else "full"
    return replace(experiment, settings=replace(experiment.settings, data=data))


def _owners(composition: Composition) -> list[dict[str, Any]]:
    experiment = composition.experiment
    chosen = (experiment.dataset, experiment.architecture, *experiment.callbacks)
    for each in chosen:
        if not each.rebuildable:
            warn(
                f"{each.name} was made by hand; no entry point names it, so this run cannot be "
                "rebuilt from its folder alone."
            )
    return [{"name": each.name, "owner": composition.owners.get(each.name)} for each in chosen]


def _data(prepared: Prepared) -> dict[str, Any]:
    sizes = {name: len(split) for name, split in prepared.splits.by_name().items()}
    return {
        "word": prepared.word,
        "hash": prepared.hash,
        "sizes": sizes,
        "left_out": list(prepared.splits.left_out),
    }


def _composed(
    composition: Composition, prepared: Prepared, feeds: _Feeds, model: "keras.Model"
) -> dict[str, Any]:
    info, settings = composition.dataset.info, composition.experiment.settings
    head = Head(len(info.class_names))
    counted = {"train": feeds.train, "validation": feeds.validation, "test": feeds.test}
    sizes = " + ".join(
        f"{len(batches.labels):,} {name}" for name, batches in counted.items() if batches
    )
    rate = float(model.optimizer.learning_rate)
    composed = {
        "data": f"{_words(composition.experiment.dataset)}, {prepared.word}: {sizes}",
        "images": " x ".join(map(str, info.image_shape)),
        "classes": f"{len(info.class_names)}: {_names(info.class_names)}",
        "body": _words(composition.experiment.architecture),
        "head": f"{head}, {head.loss}",
        "optimizer": f"{settings.optimizer}, learning rate {rate:g}",
        "parameters": f"{model.count_params():,}",
    }
    if composition.callbacks:
        words = [_words(callback) for callback in composition.experiment.callbacks]
        composed["callbacks"] = " ".join(words)
    if settings.augment:
        composed["augment"] = "+".join(settings.augment)
    return composed


def _words(chosen: Chosen) -> str:
    return str(words_of(chosen.name.rpartition("/")[2], chosen.parameters))


def _names(class_names: Sequence[str]) -> str:
    shown = ", ".join(class_names[:10])
    return shown if len(class_names) <= 10 else f"{shown}, ..."
