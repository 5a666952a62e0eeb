"""An experiment with its components."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from zookit.core import (
    Architecture,
    Augmentation,
    Callback,
    Component,
    Dataset,
    Experiment,
    Loss,
    Metric,
    Optimizer,
    Preference,
    Schedule,
)
from zookit.core.experiment import DEFAULT_LOSS
from zookit.core.input_files import input_files
from zookit.core.old_names import current_name
from zookit.registry import default
from zookit.runs.initial_weights import InitialWeights


@dataclass(frozen=True, eq=False)
class Composition:
    """An experiment with its components, which are named by their place in the experiment's file.

    `owners` has `distribution==version` by full name, and for a component that is not registered
    the hash of its source code. `initial` has the weights to start from, if there are any.
    """

    experiment: Experiment
    parts: Mapping[str, Component]
    owners: Mapping[str, str]
    initial: InitialWeights | None = None

    @property
    def dataset(self) -> Dataset:
        """The data set."""
        return cast(Dataset, self.parts["dataset"])

    @property
    def architecture(self) -> Architecture:
        """The architecture."""
        return cast(Architecture, self.parts["architecture"])

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer."""
        return cast(Optimizer, self.parts["optimizer"])

    @property
    def schedule(self) -> Schedule | None:
        """The schedule of the learning rate, if it has one."""
        return cast(Schedule | None, self.parts.get("schedule"))

    @property
    def loss(self) -> Loss | None:
        """The loss; None for plain crossentropy of labels that are not mixed.

        Raises UnknownName if crossentropy is blocked and labels are mixed.
        """
        given = cast(Loss | None, self.parts.get("loss"))
        if given is None and self.mixes_labels:  # the loss of a head takes whole numbers
            return default.losses.build(DEFAULT_LOSS).component
        return given

    @property
    def metrics(self) -> dict[str, Metric]:
        """The metrics in addition to loss and accuracy, by the name that they are logged under."""
        names = (spec.identifier for spec in self.experiment.metrics)
        return dict(zip(names, cast(list[Metric], self._several("metrics")), strict=True))

    @property
    def augmentations(self) -> list[Augmentation]:
        """The augmentations, in the order in which they are applied."""
        return cast(list[Augmentation], self._several("augmentations"))

    @property
    def callbacks(self) -> list[Callback]:
        """The callbacks, in the order in which they are called."""
        return cast(list[Callback], self._several("callbacks"))

    @property
    def preference(self) -> Preference:
        """What suits the training step: the architecture's preference, and whether XLA can be."""
        info, settings = self.dataset.info, self.experiment.settings
        preferred = self.architecture.preference(info.image_shape, settings.batch_size)
        return replace(preferred, xla=preferred.xla and self.can_use_xla)

    @property
    def mixes_labels(self) -> bool:
        """Whether an augmentation mixes the labels of training."""
        return any(each.mixes_labels for each in self.augmentations)

    @property
    def can_use_xla(self) -> bool:
        """Whether XLA can compile all components of the training step."""
        own = self.loss is None or self.loss.xla
        metrics = all(each.xla for each in self.metrics.values())
        return own and metrics and all(each.xla for each in self.augmentations)

    def _several(self, name: str) -> list[Component]:
        return [part for slot, part in self.parts.items() if slot.startswith(f"{name}.")]

    def components(self) -> tuple[Component, ...]:
        """Return all components, in the order of the experiment's."""
        return tuple(self.parts.values())

    def input_paths(self) -> dict[str, Path]:
        """Return the paths of the components' input files, by the experiment's keys for them.

        An experiment that is recorded may have keys with old names of parameters.
        """
        paths = {}
        for slot, component in self.parts.items():
            kind: type = type(component)
            recorded = {current_name(kind, key): key for key in self.experiment.inputs_of(slot)}
            for name, path in input_files(component).items():
                paths[f"{slot}.{recorded.get(name, name)}"] = path
        return paths

    def unregistered(self) -> tuple[Component, ...]:
        """Return the components that no entry point names."""
        pairs = zip(self.experiment.components(), self.components(), strict=True)
        return tuple(component for spec, component in pairs if not spec.registered)
