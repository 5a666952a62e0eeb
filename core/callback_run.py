"""A run, as a callback knows it."""

from dataclasses import dataclass, field

from zookit.core.dataset import Splits
from zookit.core.experiment import Experiment
from zookit.core.run_files import EpochFiles, RunFiles


@dataclass(frozen=True, eq=False, kw_only=True)
class CallbackRun:
    """The run that a callback is built for, which `Callback.build` may take.

    Args:
        experiment: what is trained, with all settings: `run.experiment.settings.seed`.
        class_names: the names of the classes; a label is an index into them.
        image_shape: height, width and channels of the model's input, which is uint8.
        splits: the images and labels, which are read-only: `splits.train` has the images that are
            trained on, `splits.validation` those that are validated on, or None if there are none.
            Decide nothing by `splits.test`, on which the run is evaluated at the end.
    """

    experiment: Experiment
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    splits: Splits
    run_files: RunFiles = field(default_factory=RunFiles, repr=False)

    def files(self, name: str) -> EpochFiles:
        """Return the files of this name in the run's folder, one for each epoch.

        `run.files("predictions").path(3, ".png")` is `RUN/files/predictions/epoch-00003.png`. The
        report shows PNG and JPEG pictures.

        Args:
            name: the name of a folder: letters, digits, _ and -.

        Raises:
            ValueError: that is no name, or another callback of the run uses it.
        """
        self.run_files.claim(name, self)
        return EpochFiles(self.run_files, name)
