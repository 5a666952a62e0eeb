"""The environment of a run: packages, runtime, data, components; in `environment.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len

from zookit.core import Experiment
from zookit.core.messages import counted
from zookit.core.source import DataOrigin

LAST_PLACE = 2**53
"""The last place in the order of runs; not every JSON reader knows larger numbers exactly."""
LARGEST_IMAGE = 2**26
"""The most values of an image, for example 8,192 x 8,192 grey pixels."""
Side = Annotated[int, Ge(1), Le(65_536)]
Brightness = Annotated[int, Ge(0), Le(255)]


@dataclass(frozen=True)
class Runtime:
    """The state of TensorFlow that decides the bits of a result.

    `xla` is true if training steps are compiled with XLA. `intra_op_threads` and
    `inter_op_threads` are the threads that TensorFlow uses, `devices` its devices. `variables` are
    the environment variables that change how TensorFlow computes, if set. `steps_per_execution` is
    the number of training steps in one call of the compiled program; it changes no bits.
    """

    precision: Literal["float32", "mixed_bfloat16"]
    xla: bool
    intra_op_threads: Annotated[int, Ge(0), Le(4096)]
    inter_op_threads: Annotated[int, Ge(0), Le(4096)]
    devices: tuple[str, ...]
    variables: Mapping[str, str]
    steps_per_execution: Annotated[int, Ge(1), Le(1_000_000)] = 1


@dataclass(frozen=True)
class InstalledComponent:
    """Where a component of the experiment came from.

    `owner` is `distribution==version`; `defaulted` names the parameters whose value equals the
    default that this version declares. `code` is the SHA-256 of the source files, empty if it is
    not known. `renamed` has the old names that this version knows of parameters, each with the new
    one, `formerly` the old names of the component. `now` is the component's full name in this
    version, if `name` is an old one. `higher_is_better` is what a metric states, None for others.
    `mixes_labels` is what an augmentation states.
    """

    name: str
    owner: str
    defaulted: tuple[str, ...] = ()
    code: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()
    now: str = ""
    higher_is_better: bool | None = None
    mixes_labels: bool = False


@dataclass(frozen=True)
class Data:
    """The data that a run was trained on.

    `hash` is the SHA-256 of the images and labels, `image_shape` (height, width, channels);
    `class_names` are in the order of the labels. `sizes` are numbers of images by purpose: train,
    validation, test. `left_out` names the files that could not be read, with the reason. `border`
    is the brightness, 0 to 255, that the outermost pixels of most training images have: the 5th
    and 95th percentile of the images; None in runs of versions that did not record it.
    `duplicates` is the number of images that were left out of the validation or test split because
    another split has the same pixels.
    """

    origin: DataOrigin
    hash: str
    image_shape: tuple[Side, Side, Side]
    class_names: Annotated[tuple[str, ...], Len(2)]
    sizes: Mapping[str, int]
    left_out: tuple[str, ...] = ()
    border: tuple[Brightness, Brightness] | None = None
    duplicates: Mapping[str, Annotated[int, Ge(1)]] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameters:
    """The number of a model's parameters, and of those that are trained.

    `trained` has one number for each phase of the training, by the epoch, counted from 1, from
    which it holds.
    """

    all: Annotated[int, Ge(0)]
    trained: Mapping[str, Annotated[int, Ge(0)]]


@dataclass(frozen=True)
class TakenWeights:
    """What a run took from a trained model before its own training.

    `source` is the name of the run or model, `parts` are what was taken: the body, or the body and
    the head. `left_out` says why the head was not, and `differences` has one line for each way in
    which the two models or their images differ.
    """

    source: str
    parts: tuple[str, ...]
    left_out: str = ""
    differences: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return all of it in one line."""
        taken = f"{' and '.join(self.parts)} of {self.source}"
        without = f", without the head: {self.left_out}" if self.left_out else ""
        return f"{taken}{without}{''.join(f'; {each}' for each in self.differences)}"


@dataclass(frozen=True)
class Resumption:
    """When a run was resumed, and what had changed since it started.

    It had `epochs` whole epochs and `steps` steps of the next one.
    """

    epochs: int
    steps: int
    differences: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Environment:
    """The environment of a run: packages, runtime, data and the origin of its components.

    `identity` is the experiment's, with its data and the owners of its components; `group` is
    shared by experiments that differ in seed and threads only. `identity_without_epochs` shows
    whether the run's files belong together: see the function. `components` are those of the
    experiment, in its order. `initial_weights` says what was taken from a trained model, if
    anything. `started` is when the run started, in UTC and in ISO 8601, and `place`
    its place in the order of runs, see `zookit.runs.order`. Runs of earlier versions have neither,
    and no `parameters`.
    """

    identity: str
    group: str
    identity_without_epochs: str
    versions: Mapping[str, str]
    components: tuple[InstalledComponent, ...]
    listeners: tuple[str, ...]
    runtime: Runtime
    data: Data
    resumptions: tuple[Resumption, ...] = ()
    started: str = ""
    place: Annotated[int, Ge(0), Le(LAST_PLACE)] = 0
    parameters: Parameters | None = None
    initial_weights: TakenWeights | None = None

    def __repr__(self) -> str:
        """Return the versions, the data and the runtime in one line."""
        versions = ", ".join(
            f"{name} {self.versions[name]}"
            for name in ("zookit", "tensorflow", "keras")
            if name in self.versions
        )
        data, runtime = self.data, self.runtime
        return (
            f"<Environment {versions}; data {data.hash[:8]} ({data.origin}); {runtime.precision}, "
            f"{counted(runtime.intra_op_threads, 'thread')}"
            f"{', XLA' * runtime.xla}>"
        )

    def owners(self) -> dict[str, str]:
        """Return each component's owner by its full name."""
        return {each.name: each.owner for each in self.components}

    def packages(self) -> set[str]:
        """Return the packages of the components, and zookit, each as `distribution==version`."""
        return {*self.owners().values(), f"zookit=={self.versions.get('zookit', 'unknown')}"}

    def of(self, experiment: Experiment, owners: Mapping[str, str] | None = None) -> "Environment":
        """Return it with the identity and the group of an experiment, by default with its owners.

        `owners` has the owner of each component by its full name.
        """
        owners, data_hash = self.owners() if owners is None else owners, self.data.hash
        return replace(
            self,
            identity=experiment.identity(data_hash, owners),
            group=experiment.group().identity(data_hash, owners),
        )

    def plain(self) -> dict[str, Any]:
        """Return the same as text, numbers, lists and tables."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def identity_without_epochs(
    experiment: Experiment, data_hash: str, owners: Mapping[str, str]
) -> str:
    """Return the SHA-256 of all that must not change in a run's experiment.

    It does not depend on the number of epochs, which `resume` may raise. Unlike the identity, it
    depends on the parameters that equal their default: someone may have edited them.
    """
    all_count = [frozenset[str]()] * len(experiment.components())
    return experiment.with_settings(epochs=1).with_defaulted(all_count).identity(data_hash, owners)
