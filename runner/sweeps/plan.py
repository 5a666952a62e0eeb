"""Resolves what a sweep's cells leave open, so that their identities are known before they train.

The data is prepared, and data, precision and threads are what `zookit run` would come to on this
machine. TensorFlow is not imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from zookit.core import Experiment
from zookit.core.launcher import Job
from zookit.core.progress import Progress
from zookit.core.search import point_words
from zookit.data.prepared import Prepared, prepare
from zookit.isolation import run_in_child
from zookit.modeling.runtime import computes_bfloat16, wanted_threads
from zookit.registry.blame import blamed_reason_of, plugins_blamed
from zookit.sweeps.cells import Cell
from zookit.training.composition import Composition
from zookit.training.monitoring import check_callbacks

_NAME = 16
"""The digits of an identity in the name of its job."""


@dataclass(frozen=True, eq=False)
class PlannedCell:
    """A cell, and the experiment that is trained for it.

    `owners` has the owner of each component by its full name, `validates` says whether there are
    validation images.
    """

    values: Mapping[str, str]
    experiment: Experiment
    data_hash: str
    owners: Mapping[str, str]
    identity: str
    validates: bool

    @property
    def name(self) -> str:
        """The name of its job."""
        return self.identity[:_NAME]

    @property
    def words(self) -> str:
        """What distinguishes the cell, in one line."""
        return point_words(self.values)

    def job(
        self, listeners: tuple[str, ...], seconds: float | None, start: Path | None = None
    ) -> Job:
        """Return the job that trains it; `start` is the archive of a run folder to continue."""
        return Job(
            self.name,
            self.experiment.to_toml(),
            self.data_hash,
            self.experiment.settings.threads or 1,
            listeners,
            seconds,
            start,
        )


@dataclass(frozen=True, eq=False)
class Misfit:
    """A cell whose components or data do not fit together, and why."""

    values: Mapping[str, str]
    reason: str


@dataclass(eq=False)
class Planner:
    """Plans cells, and prepares each data set once.

    `progress` reports downloading and decoding.
    """

    progress: Progress
    _prepared: dict[tuple[object, str], Prepared | Exception] = field(default_factory=dict)
    _bfloat16: bool | None = None

    def plan(self, cell: Cell) -> PlannedCell | Misfit:
        """Plan a cell. What is wrong with its data is a misfit too."""
        if cell.composition is None:
            return Misfit(cell.values, cell.misfit)
        composition = cell.composition
        try:
            prepared = self._data_of(composition)
            held_out = composition.experiment.settings.validation > 0
            validates = held_out or prepared.splits.validation is not None
            with plugins_blamed():
                check_callbacks(composition, validation=validates)
        except Exception as error:  # noqa: BLE001 - a plugin's, which other cells do not use
            return Misfit(cell.values, blamed_reason_of(error))
        experiment = self._resolved(composition, prepared)
        identity = experiment.identity(prepared.hash, composition.owners)
        return PlannedCell(
            cell.values, experiment, prepared.hash, composition.owners, identity, validates
        )

    def _data_of(self, composition: Composition) -> Prepared:
        spec, request = composition.experiment.dataset, composition.experiment.settings.data
        key = (composition.dataset, request)
        if key not in self._prepared:
            owner = composition.owners.get(spec.name, "")
            try:
                with plugins_blamed():
                    self._prepared[key] = prepare(
                        composition.dataset, request, spec.short_name, owner, self.progress
                    )
            except Exception as error:  # noqa: BLE001 - of this data set, which others do not use
                self._prepared[key] = error
        found = self._prepared[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _resolved(self, composition: Composition, prepared: Prepared) -> Experiment:
        settings, preference = composition.experiment.settings, composition.preference
        precision = settings.precision
        if precision == "auto":
            faster = preference.bfloat16 and self._computes_bfloat16()
            precision = "mixed_bfloat16" if faster else "float32"
        experiment, initial = composition.experiment, composition.initial
        if initial is not None:  # where its job finds it
            experiment = replace(experiment, initial_weights=initial.location)
        return experiment.with_settings(
            data="sample" if prepared.origin == "sample" else "full",
            precision=precision,
            threads=wanted_threads(settings.threads, preference),
        )

    def _computes_bfloat16(self) -> bool:
        if self._bfloat16 is None:
            self._bfloat16 = run_in_child(f"{__name__}:computes_bfloat16_in_child", None)
        return self._bfloat16


def computes_bfloat16_in_child(argument: None) -> bool:
    """Return whether this machine computes bfloat16, in this process, which is a child."""
    del argument
    return computes_bfloat16()
