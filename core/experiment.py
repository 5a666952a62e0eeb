"""An experiment: names, parameters and settings as one plain value."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, Self

from annotated_doc import Doc
from annotated_types import Ge, Gt, Le, Lt

from zookit.core.component import Component
from zookit.core.errors import BadExperiment, did_you_mean, quoted, reason_of
from zookit.core.parameters import create, plain_values, words_of
from zookit.core.words import is_name

FORMAT = 1
"""The version of the TOML form."""

_HAND_MADE = re.compile(r"[\w.]+:[A-Za-z_][\w.<>]*")

Augmentation = Literal["flip", "rotation", "zoom", "translation", "contrast"]


@dataclass(frozen=True)
class Settings(Component):
    """How an experiment trains."""

    epochs: Annotated[
        int, Ge(1), Le(1_000_000), Doc("Times the training images are gone through.")
    ] = 5
    batch_size: Annotated[int, Ge(1), Le(1_000_000), Doc("Images in one step.")] = 32
    optimizer: Annotated[
        str, Doc("A Keras optimizer: adam, or with parameters sgd:learning_rate=0.01,momentum=0.9.")
    ] = "adam"
    learning_rate: Annotated[
        float | None, Gt(0), Doc("The optimizer's learning rate; Keras's own unless given.")
    ] = None
    seed: Annotated[
        int, Ge(0), Lt(2**32), Doc("Decides the initial weights, the order, and what is random.")
    ] = 0
    validation: Annotated[
        float, Ge(0), Lt(1), Doc("Fraction of the training images, by class, kept for validation.")
    ] = 0.0
    augment: Annotated[
        tuple[Augmentation, ...],
        Doc("Random changes to the training images: flip, rotation, zoom, translation, contrast."),
    ] = ()
    class_weights: Annotated[
        bool, Doc("Weigh each class by how rare it is, so that all count alike in the loss.")
    ] = False
    normalize: Annotated[
        bool, Doc("Bring the pixels to what the architecture expects, inside the model.")
    ] = True
    precision: Annotated[
        Literal["auto", "float32", "mixed_bfloat16"],
        Doc("Number format of the mathematics; auto is the faster that suits body and device."),
    ] = "float32"
    data: Annotated[
        Literal["auto", "full", "sample"],
        Doc("The full set, the bundled sample, or full where it can be had."),
    ] = "auto"

    def __post_init__(self) -> None:
        if len(set(self.augment)) != len(self.augment):
            raise ValueError(f"augment names {'+'.join(self.augment)}: name each change once")


@dataclass(frozen=True)
class ComponentSpec:
    """A component by name, `distribution/name` once resolved, with its parameters as plain values.

    One made by hand, of a class that no entry point names, is called `module:Class`.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def short_name(self) -> str:
        """The name without its distribution."""
        return self.name.rpartition("/")[2]

    @property
    def words(self) -> str:
        """How a person would write it."""
        return str(words_of(self.short_name, self.parameters))

    @property
    def rebuildable(self) -> bool:
        """Whether the name can be looked up again."""
        return ":" not in self.name

    def plain(self) -> dict[str, Any]:
        """The name and the parameters, as TOML has them."""
        return {"name": self.name, "parameters": dict(self.parameters)}


@dataclass(frozen=True)
class Experiment:
    """What is trained on what, how. A plain value: no plugin is needed to read or compare it."""

    dataset: ComponentSpec
    architecture: ComponentSpec
    callbacks: tuple[ComponentSpec, ...] = ()
    settings: Settings = field(default_factory=Settings)

    def components(self) -> tuple[ComponentSpec, ...]:
        """The data set, the architecture and the callbacks."""
        return self.dataset, self.architecture, *self.callbacks

    def plain(self) -> dict[str, Any]:
        """The experiment as text, numbers, lists and tables."""
        return {
            "format": FORMAT,
            "dataset": self.dataset.plain(),
            "architecture": self.architecture.plain(),
            "callbacks": [callback.plain() for callback in self.callbacks],
            "settings": plain_values(self.settings),
        }

    def identity(self, data_hash: str, owners: Mapping[str, str]) -> str:
        """SHA-256 of the experiment, its data's hash and the owner of each component."""
        return identity_of(self.plain(), data_hash, owners)

    def group(self, data_hash: str, owners: Mapping[str, str]) -> str:
        """The identity that experiments equal but for the seed share."""
        alike = replace(self, settings=replace(self.settings, seed=0))
        return alike.identity(data_hash, owners)

    def with_epochs(self, epochs: int) -> Self:
        """The same experiment with another number of epochs."""
        return replace(self, settings=replace(self.settings, epochs=epochs))

    def to_toml(self) -> str:
        """The TOML that `from_toml` reads back to this experiment."""
        import tomli_w

        return tomli_w.dumps(self.plain())

    @classmethod
    def from_toml(cls, text: str, origin: str = "experiment.toml") -> Self:
        """Read an experiment. `origin` is what messages call the text.

        Parameters and settings that are left out take their defaults. Raises BadExperiment, and
        BadParameter for a setting that does not fit.
        """
        try:
            tables = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # ValueError itself: too many digits
            raise BadExperiment(f"{origin} is not TOML: {error}.") from None
        version = tables.pop("format", None)
        if version != FORMAT:
            raise BadExperiment(
                f"{origin}: format is {quoted(version)}; this zookit reads format = {FORMAT}."
            )
        _known_keys(tables, ("dataset", "architecture", "callbacks", "settings"), origin)
        callbacks = tables.get("callbacks", [])
        if not isinstance(callbacks, list):
            raise BadExperiment(f"{origin}: callbacks is not a list of tables ([[callbacks]]).")
        settings = tables.get("settings", {})
        if not isinstance(settings, dict):
            raise BadExperiment(f"{origin}: settings is not a table ([settings]).")
        return cls(
            _chosen(tables, "dataset", origin),
            _chosen(tables, "architecture", origin),
            tuple(_chosen({"callbacks": each}, "callbacks", origin) for each in callbacks),
            create(Settings, settings, f"{origin}: settings"),
        )


def identity_of(plain: Mapping[str, Any], data_hash: str, owners: Mapping[str, str]) -> str:
    """SHA-256 of an experiment's plain form, its data's hash and the owner of each component."""
    known = {**plain, "data_hash": data_hash, "owners": dict(owners)}
    # TOML has dates. No parameter takes one, but that is for the look-up to say.
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _chosen(tables: Mapping[str, Any], key: str, origin: str) -> ComponentSpec:
    table = tables.get(key)
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise BadExperiment(f'{origin}: {key} is not a table with name = "...".')
    _known_keys(table, ("name", "parameters"), f"{origin}: {key}")
    parameters = table.get("parameters", {})
    if not isinstance(parameters, dict):
        raise BadExperiment(f"{origin}: {key}: parameters is not a table.")
    try:
        json.dumps(parameters, default=str)
    except (ValueError, RecursionError) as error:  # more digits than Python writes
        raise BadExperiment(f"{origin}: {key}: parameters: {reason_of(error)}.") from None
    name = table["name"]
    if not is_name(name) and not _HAND_MADE.fullmatch(name):
        raise BadExperiment(
            f"{origin}: {key}: {name!r} cannot be looked up: write a name as 'zookit list' shows "
            "it, and parameters in a table beside it."
        )
    return ComponentSpec(name, parameters)


def _known_keys(table: Mapping[str, Any], known: tuple[str, ...], origin: str) -> None:
    for key in table:
        if key not in known:
            raise BadExperiment(
                f"{origin}: no key {key!r}.{did_you_mean(key, known)} It has: {', '.join(known)}."
            )
