"""A run, with everything that can be done with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zookit.arguments import components_of, instances_of, missing_of_run, path_of
from zookit.core import (
    Architecture,
    Component,
    ComponentSpec,
    Dataset,
    Evaluation,
    Exporter,
    Listener,
)
from zookit.runs.pulled import runs_dir_of
from zookit.runs.run import RunRecord, read_run

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

    from zookit.core.source import DataRequest
    from zookit.inference.explanation import Explanation
    from zookit.inference.scores import Scores
    from zookit.training.reproduce import Reproduction
    from zookit.training.session import View

    Images = npt.NDArray[np.uint8] | str | Path | Iterable[str | Path]

Listeners = str | Listener | Iterable[str | Listener]


@dataclass(frozen=True, eq=False, repr=False)
class Run(RunRecord):
    """A run: a snapshot of its folder, and what can be done with it.

    It holds no weights; `model()` builds a fresh model each time. Reading a run imports neither
    TensorFlow nor a plugin.

    Attributes:
        folder: the run's folder.
        experiment: what was trained, on which data and how.
        environment: the data, the packages and the runtime of the training.
        history: one value per epoch for each logged name.
        seconds: the duration of each epoch.
        status: "finished", "interrupted", "failed", "pruned" by a search, "running", "killed" or
            "unknown".
        metrics: loss and accuracy on the test split; empty unless the run finished.
        installed: the installed model that the run is; None of a run in a folder of its own.
        instances: the components that no entry point names, with which the run can be rebuilt.
    """

    instances: tuple[Component, ...] = ()

    @property
    def evaluation(self) -> Evaluation | None:
        """The predictions on the test split; None unless the run finished. Raises BadRun."""
        from zookit.runs.evaluation import load_evaluation  # brings NumPy in

        return load_evaluation(self)

    if not TYPE_CHECKING:  # so that checkers refuse names that do not exist

        def __getattr__(self, name: str) -> None:
            raise missing_of_run(name)

    def refresh(self) -> "Run":
        """Read the run's folder again. Raises BadRun."""
        return replace(self, **{**vars(read_run(self.folder)), "installed": self.installed})

    def model(self) -> "keras.Model":
        """Build, load and compile a new model of the run.

        The model takes raw images, uint8 (N, H, W, C), 0 to 255, and returns probabilities,
        float32 (N, classes); for two classes (N, 1), the probability of the second one. Do not
        divide the images by 255: `model.predict(x)`. Floats of 0 to 255 are rounded.

        The model raises BadParameter for images that are not raw pixels, such as floats of 0 to 1.
        What its `save` and `export` write loads without zookit and does not check images. It is
        compiled with the run's optimizer, and with crossentropy and accuracy.

        Raises:
            BadRun: the run has not ended, or it cannot be rebuilt with the installed packages.
        """
        from zookit.inference.rebuild import compiled_model

        model = compiled_model(self, self._architecture())
        from zookit.modeling.checked_model import checked  # imports Keras, which is configured now

        return checked(model)

    def predict(self, images: "Images", *, invert: bool = False) -> "npt.NDArray[np.float32]":
        """Return the probabilities of all classes, float32 (N, classes), in the classes' order.

        Args:
            images: an array of raw pixels, uint8 (N, H, W, C) or floats, 0 to 255; or image files
                and folders of them, which are scaled and cropped to the size of the run's images.
                The images of a data set are `zookit.load_data(NAME).splits.test.images`, or those
                of another split.
            invert: swap dark and light.

        Raises:
            BadParameter: `images` is neither, or the array has another shape or other values.
            BadExperiment: the run's images have channels that no image file has.
            DataError: a file cannot be read.
            BadRun: the model cannot be rebuilt.
        """
        from zookit.inference.image_files import images_for
        from zookit.inference.predict import predict

        return predict(self, images_for(self, images, invert=invert), self._architecture())

    def explain(
        self, images: "Images", labels: "npt.ArrayLike | None" = None, *, invert: bool = False
    ) -> "Explanation":
        """Return where the model looks for a class in each image.

        `images` and `invert` are as for `predict`. `labels` are one class for each image, by
        default the most probable one. The result has `maps`, float32 (N, H, W), 0 to 1, the
        `labels`, and the `method`. Raises what `predict` does, and BadParameter for other labels.
        """
        from zookit.inference.explanation import explain
        from zookit.inference.image_files import images_for

        pixels = images_for(self, images, invert=invert)
        return explain(self, pixels, labels, self._architecture())

    def evaluate(
        self, on: str | Dataset | None = None, data: "DataRequest | None" = None
    ) -> "Scores":
        """Evaluate the model on test images, class by class.

        Args:
            on: a data set; by default the run's own.
            data: "auto", "full" or "sample"; by default what was recorded for the run's own data.

        Raises:
            BadExperiment: the data set does not fit the model.
            BadParameter: `data` is something else.
            DataError: the data set is not available.
            BadRun: the model cannot be rebuilt.
        """
        from zookit.inference.evaluate import evaluate_run

        if on is None:
            own = self._instance(self.experiment.dataset)
            on = own if isinstance(own, Dataset) else None
        return evaluate_run(self, on, data, self._architecture())

    def resume(
        self,
        epochs: int | None = None,
        *,
        listeners: Listeners = (),
        quiet: bool = False,
        allow_writes: bool = False,
    ) -> "Run":
        """Continue a run that was stopped, or train a finished one further.

        A run that was killed, interrupted or failed ends as if it had never stopped, to the last
        bit. It is trained in a process of its own if TensorFlow already uses another number of
        threads in this one.

        Args:
            epochs: the number of epochs in all; by default the run's own number.
            listeners: as for `zookit.run`.
            quiet: show only warnings.
            allow_writes: let callbacks write outside the run's folder and send to servers.

        Returns:
            The run as it is then; a run that is already complete is returned as it is.

        Raises:
            FolderError: a callback would write elsewhere, which `allow_writes` allows.
            ZookitError: the run is damaged, cannot be rebuilt, or its training fails.
        """
        from zookit.terminal import messages_shown
        from zookit.training.session import View

        with messages_shown(quiet):
            return resume_run(self, epochs, listeners, View(quiet), allow_writes=allow_writes)

    def reproduce(
        self,
        runs_dir: str | Path | None = None,
        *,
        quiet: bool = False,
        allow_writes: bool = False,
    ) -> "Reproduction":
        """Train the experiment again, as a new run, and compare the results bit by bit.

        It is trained in a process of its own if TensorFlow already uses another number of threads
        in this one.

        Args:
            runs_dir: the folder for the new run; by default that of this run, if it has one.
            quiet: show only warnings.
            allow_writes: let callbacks write outside the run's folder and send to servers.

        Raises:
            FolderError: a callback would write elsewhere, which `allow_writes` allows.
            ZookitError: the run is damaged, cannot be rebuilt, or its training fails.
        """
        from zookit.terminal import messages_shown
        from zookit.training.session import View

        into = path_of(runs_dir_of(self) if runs_dir is None else runs_dir, "runs_dir")
        with messages_shown(quiet):
            return reproduce_run(self, into, View(quiet), allow_writes=allow_writes)

    def export(
        self, to: str | Exporter, path: str | Path | None = None, *, force: bool = False
    ) -> Path:
        """Write the model for other programs, and return the path.

        Args:
            to: an exporter as words, such as "onnx", or as an instance.
            path: the file or folder; by default in the current folder.
            force: replace a file that zookit did not write.

        Raises:
            UnknownName: there is no such exporter.
            NotInstalled: the format needs a package that is not installed.
            FolderError: the path cannot be written, or exists and zookit did not write it.
            ZookitError: the format does not support a layer of the architecture.
        """
        from zookit.inference.export import default_path, export
        from zookit.registry import default

        exporter = default.exporters.build(to)
        target = default_path(self, exporter.component) if path is None else path_of(path, "path")
        export(self, exporter, target, self._architecture(), force=force)
        return target

    def report(
        self, path: str | Path | None = None, *, force: bool = False, explain: bool = False
    ) -> Path:
        """Write a self-contained HTML page about the run, and return its path.

        By default it is report.html in the run's folder, of a model in the current folder. With
        `explain`, it shows where the model looked in its surest mistakes. Raises FolderError if it
        cannot be written, or exists and zookit did not write it, unless `force`.
        """
        from zookit.report.page import write_report

        target = None if path is None else path_of(path, "path")
        instances = self.instances
        return write_report([self], target, force=force, explain=explain, instances=instances)

    def _repr_html_(self) -> str:
        from zookit.report.notebook import html_of_run

        return html_of_run(self)

    def _architecture(self) -> Architecture | None:
        found = self._instance(self.experiment.architecture)
        return found if isinstance(found, Architecture) else None

    def _instance(self, spec: ComponentSpec) -> Component | None:
        from zookit.training.resolve import instance_of_run

        return instance_of_run(self, spec, self.instances)


def open_folder(folder: Path, instances: Sequence[Component] = ()) -> Run:
    """Read a run's folder. Raises BadRun."""
    return Run(**vars(read_run(folder)), instances=instances_of(instances))


def resume_run(
    run: Run, epochs: int | None, listeners: Listeners, view: "View", *, allow_writes: bool
) -> Run:
    """Resume a run, shown as `view` asks for. Raises ZookitError."""
    from zookit.training.isolated import resume_here_or_isolated

    resume_here_or_isolated(
        run,
        components_of(listeners, "listeners"),
        epochs=epochs,
        view=view,
        instances=run.instances,
        allow_writes=allow_writes,
    )
    return run.refresh()


def reproduce_run(run: Run, runs_dir: Path, view: "View", *, allow_writes: bool) -> "Reproduction":
    """Repeat a run and compare, shown as `view` asks for. Raises ZookitError."""
    from zookit.training.isolated import reproduce_here_or_isolated

    compared = reproduce_here_or_isolated(
        run, runs_dir, view=view, instances=run.instances, allow_writes=allow_writes
    )
    return replace(compared, again=Run(**vars(compared.again), instances=run.instances))
