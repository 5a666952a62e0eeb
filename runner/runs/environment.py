"""What a run ran on and where everything came from: the content of `environment.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len

from zookit.core.source import DataOrigin

Side = Annotated[int, Ge(1), Le(65_536)]


@dataclass(frozen=True)
class Engine:
    """What of Keras on TensorFlow decides the bits of a result.

    `xla` is whether steps are compiled; of threads, which are as they really are, 0 is TensorFlow's
    own choice. `variables` are those of the environment that were set by hand and change how
    TensorFlow computes. `steps_per_execution` is 1 until a training has chosen it.
    """

    precision: Literal["float32", "mixed_bfloat16"]
    xla: bool
    intra_op_threads: Annotated[int, Ge(0), Le(4096)]
    inter_op_threads: Annotated[int, Ge(0), Le(4096)]
    devices: tuple[str, ...]
    variables: Mapping[str, str]
    steps_per_execution: Annotated[int, Ge(1), Le(1_000_000)] = 1


@dataclass(frozen=True)
class Owned:
    """A component's full name and where it came from: `distribution==version`."""

    name: str
    owner: str


@dataclass(frozen=True)
class Data:
    """What was trained on: its word and hash, images by what they are for, what was left out.

    `image_shape` is (height, width, channels); `class_names` are in the order of the labels.
    """

    origin: DataOrigin
    hash: str
    image_shape: tuple[Side, Side, Side]
    class_names: Annotated[tuple[str, ...], Len(2)]
    sizes: Mapping[str, int]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resumption:
    """A resumption: after so many whole epochs and further steps, and what was different then."""

    epochs: int
    steps: int
    different: tuple[str, ...]


@dataclass(frozen=True)
class Environment:
    """What a run ran on and where everything came from.

    `identity` is the experiment's with its data and owners, `group` that of experiments equal but
    for the seed, `training` that of experiments equal but for the number of epochs.
    """

    identity: str
    group: str
    training: str
    versions: Mapping[str, str]
    components: tuple[Owned, ...]
    listeners: tuple[str, ...]
    engine: Engine
    data: Data
    resumed: tuple[Resumption, ...] = ()

    def owners(self) -> dict[str, str]:
        """Each component's owner by its full name."""
        return {each.name: each.owner for each in self.components}

    def plain(self) -> dict[str, Any]:
        """The same as text, numbers, lists and tables."""
        made: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return made
