"""An experiment: component names, parameters and settings as one plain value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from zookit.core import html
from zookit.core.component_spec import ComponentSpec
from zookit.core.errors import BadExperiment, quoted, reason_of
from zookit.core.experiment_advice import instead_of_line
from zookit.core.experiment_keys import LISTS, OPTIONAL, REQUIRED
from zookit.core.experiment_tables import (
    check_keys,
    other_in,
    other_kinds_in,
    settings_in,
    spec_in,
    specs_in,
    texts_in,
    typed_in,
)
from zookit.core.messages import counted
from zookit.core.parameters import plain_values
from zookit.core.reading import parse_toml
from zookit.core.settings import Settings

FORMAT = 2
"""The version of the TOML form."""

DEFAULT_OPTIMIZER = ComponentSpec("zookit/adam")
DEFAULT_LOSS = ComponentSpec("zookit/crossentropy")
"""What is used if nothing is given; experiments do not record this loss."""
INITIAL_WEIGHTS = "initial_weights"
"""The key of the run or model to start from; in `input_files` that of its weights."""
NOTES = "notes"
"""The table of the file that is not part of the experiment: a person's, or another program's."""
_TABLES = (INITIAL_WEIGHTS, "frozen", "input_files", "settings", NOTES)
_KEYS = (*REQUIRED, *OPTIONAL, *LISTS, *_TABLES)


@dataclass(frozen=True, repr=False)
class Experiment:
    """What is trained, on which data and how.

    A plain value: reading and comparing it needs no plugin. `others` has components of kinds that
    only other packages know, by the plural of the kind; of a kind of which an experiment has only
    one, that component by the singular. `initial_weights` names the run or
    model whose weights training starts from, `frozen` the parts that are not trained, and
    `input_files` has the SHA-256 of each input file that a parameter names, such as
    `architecture.weights` or `callbacks.0.table`; by `initial_weights`, that of the weights taken.
    """

    dataset: ComponentSpec
    architecture: ComponentSpec
    callbacks: tuple[ComponentSpec, ...] = ()
    optimizer: ComponentSpec = DEFAULT_OPTIMIZER
    augmentations: tuple[ComponentSpec, ...] = ()
    schedule: ComponentSpec | None = None
    loss: ComponentSpec | None = None
    metrics: tuple[ComponentSpec, ...] = ()
    initial_weights: str = ""
    frozen: tuple[str, ...] = ()
    input_files: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    others: Mapping[str, ComponentSpec | tuple[ComponentSpec, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return the architecture and the data set, in one line."""
        words = [spec.short_words for spec in (self.architecture, self.dataset, self.optimizer)]
        callbacks = "".join(f", {spec.short_words}" for spec in self.callbacks)
        epochs = counted(self.settings.epochs, "epoch")
        return f"<Experiment {words[0]} on {words[1]}, {words[2]}{callbacks}, {epochs}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.to_toml())}</pre>"

    def components(self) -> tuple[ComponentSpec, ...]:
        """Return all components in a fixed order, the data set first."""
        return tuple(self.slots().values())

    def slots(self) -> dict[str, ComponentSpec]:
        """Return all components by their place in the file, such as `callbacks.0`."""
        single = {name: getattr(self, name) for name in (*REQUIRED, *OPTIONAL)}
        slots = {name: spec for name, spec in single.items() if spec is not None}
        for name in LISTS:
            slots |= {f"{name}.{at}": spec for at, spec in enumerate(getattr(self, name))}
        for name, found in self.others.items():
            if isinstance(found, ComponentSpec):
                slots[name] = found
            else:
                slots |= {f"{name}.{at}": spec for at, spec in enumerate(found)}
        return slots

    def inputs_of(self, slot: str) -> dict[str, str]:
        """Return the SHA-256 of the input files of one component, by parameter."""
        within = f"{slot}."
        return {
            key.removeprefix(within): value
            for key, value in self.input_files.items()
            if key.startswith(within)
        }

    def with_components(self, specs: Sequence[ComponentSpec]) -> Self:
        """Return the same experiment with other specs for all `components()`, in their order."""
        remaining = iter(specs)

        def following(spec: ComponentSpec | None) -> ComponentSpec | None:
            return None if spec is None else next(remaining)

        components: dict[str, Any] = {
            name: following(getattr(self, name)) for name in (*REQUIRED, *OPTIONAL)
        }
        components |= {name: tuple(map(following, getattr(self, name))) for name in LISTS}
        others = {
            name: next(remaining)
            if isinstance(found, ComponentSpec)
            else tuple(next(remaining) for _ in found)
            for name, found in self.others.items()
        }
        return replace(self, **components, others=others)

    def with_contents(self, digits: int = 64) -> Self:
        """Return the same experiment with the SHA-256 of each input file in place of its path.

        So it has that of the initial weights in place of the name of the run or model.
        """
        specs = []
        for slot, spec in self.slots().items():
            hashes: dict[str, list[str]] = {}
            for key, value in self.inputs_of(slot).items():
                hashes.setdefault(key.partition(".")[0], []).append(value[:digits])
            contents = {name: "+".join(values) for name, values in hashes.items()}
            specs.append(replace(spec, parameters={**spec.parameters, **contents}))
        found = self.with_components(specs)
        weights = self.input_files.get(INITIAL_WEIGHTS)
        return found if weights is None else replace(found, initial_weights=weights[:digits])

    def plain(self) -> dict[str, Any]:
        """Return the experiment as text, numbers, lists and tables; what is empty is left out."""
        return _tables(self, ComponentSpec.plain, plain_values(self.settings))

    def identity(self, data_hash: str, owners: Mapping[str, str]) -> str:
        """Return the SHA-256 of the experiment, its data and the owner of each component.

        What equals its default is left out, so that a new parameter changes no identity. Of an
        input file the content counts, not the path.
        """
        import hashlib  # kept out of start-up

        deciding = _tables(self.with_contents(), ComponentSpec.changed, self.settings.changed())
        known = {**deciding, "data_hash": data_hash, "owners": dict(owners)}
        # default: TOML may contain dates, which no parameter accepts; the lookup reports that.
        text = json.dumps(known, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def group(self) -> Self:
        """Return the experiment without seed and threads, for averaging over seeds.

        The number of threads changes only the last bits of a result.
        """
        return self.with_settings(seed=0, threads=None)

    def with_settings(self, **settings: Any) -> Self:
        """Return the same experiment with these settings replaced."""
        return replace(self, settings=replace(self.settings, **settings))

    def with_defaulted(self, defaulted: Sequence[frozenset[str]]) -> Self:
        """Return the same experiment, knowing which parameters equal their default.

        `defaulted` has one set of names for each of `components()`, in the same order.
        """
        pairs = zip(self.components(), defaulted, strict=True)
        return self.with_components([replace(spec, defaulted=each) for spec, each in pairs])

    def to_toml(self) -> str:
        """Return the experiment as TOML text, which `from_toml` reads."""
        import tomli_w

        return tomli_w.dumps(self.plain())

    @classmethod
    def from_toml(cls, text: str, origin: str = "experiment.toml") -> Self:
        """Read an experiment from TOML.

        Parameters, settings and an optimizer that are left out take their defaults. The table
        `notes` can have anything; it is not part of the experiment.

        Args:
            text: the TOML text.
            origin: the name of the text in messages.

        Raises:
            BadExperiment: the text is not TOML, has another format, or has unknown or invalid keys.
            BadParameter: a setting is not valid.
        """
        try:
            tables = parse_toml(text)
        except ValueError as error:
            raise BadExperiment(
                f"{origin} is not valid TOML: {reason_of(error)}.",
                instead_of_line(text, str(error)),
            ) from None
        version = tables.pop("format", None)
        if version != FORMAT:
            raise BadExperiment(
                f"{origin}: format is {quoted(version)}; this version of zookit reads format = "
                f"{FORMAT}.",
                f"Write format = {FORMAT} as its first line." if version is None else "",
            )
        others = other_kinds_in(tables, _KEYS)
        check_keys({key: tables[key] for key in tables if key not in others}, _KEYS, origin, "")
        typed_in(tables, NOTES, {}, origin)
        tables.setdefault("optimizer", {"name": DEFAULT_OPTIMIZER.name})
        single = [*REQUIRED, *(name for name in OPTIONAL if name in tables)]
        components: dict[str, Any] = {name: spec_in(tables, name, origin) for name in single}
        components |= {name: specs_in(tables, name, origin) for name in LISTS}
        return cls(
            **components,
            others={name: other_in(tables, name, origin) for name in others},
            initial_weights=typed_in(tables, "initial_weights", "", origin),
            frozen=tuple(texts_in(tables, "frozen", [], origin)),
            input_files=texts_in(tables, "input_files", {}, origin),
            settings=settings_in(tables, origin),
        )


def _tables(experiment: Experiment, table_of: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the experiment as tables, each component as `table_of` gives it."""
    single = {name: getattr(experiment, name) for name in (*REQUIRED, *OPTIONAL)}
    tables = {
        "format": FORMAT,
        "initial_weights": experiment.initial_weights,
        "frozen": list(experiment.frozen),
        "input_files": dict(experiment.input_files),
        **{name: table_of(spec) for name, spec in single.items() if spec is not None},
        **{name: [table_of(spec) for spec in getattr(experiment, name)] for name in LISTS},
        **{
            name: table_of(found)
            if isinstance(found, ComponentSpec)
            else [table_of(spec) for spec in found]
            for name, found in experiment.others.items()
        },
        "settings": dict(settings),
    }
    return {name: table for name, table in tables.items() if table or name == "settings"}
