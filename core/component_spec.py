"""A component by name, with its parameters as plain values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zookit.core.declaration import text_of
from zookit.core.parameters import defaulted_parameters, plain_values, words_of


@dataclass(frozen=True)
class ComponentSpec:
    """The name and the parameters of a component, as an experiment records them.

    `name` is `distribution/name`, or the plain name before it is looked up. A component whose class
    no entry point names is called `module:Class`. `defaulted` names the parameters whose value
    equals the declared default; they are not part of an experiment's identity.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    defaulted: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, name: str, component: object) -> Self:
        """Return the spec of a component, all of its parameters filled in."""
        return cls(name, plain_values(component), defaulted_parameters(component))

    @property
    def short_name(self) -> str:
        """The name without its distribution."""
        return self.name.rpartition("/")[2]

    @property
    def words(self) -> str:
        """The words that select this component on the command line."""
        return str(words_of(self.short_name, self.parameters))

    @property
    def short_words(self) -> str:
        """The words without the parameters that equal their default."""
        return str(words_of(self.short_name, self.changed()["parameters"]))

    @property
    def identifier(self) -> str:
        """The short words as one name: `top_k:5` is `top_k_5`.

        All parameters but the first are named: `top_k:5,weight=-1` is `top_k_5_weight_minus_1`.
        """
        first = next(iter(self.parameters), None)
        parts = [self.short_name]
        for key, value in self.changed()["parameters"].items():
            parts += [] if key == first else [key]
            parts.append(re.sub(r"(^|\+)-", r"\1minus_", text_of(value)))
        return re.sub(r"[^A-Za-z0-9]+", "_", "_".join(parts)).lower()

    def under(self, name: str, parameters: Mapping[str, str]) -> Self:
        """Return the same spec with another name, and with other names of its parameters."""
        values = {parameters.get(key, key): value for key, value in self.parameters.items()}
        defaulted = frozenset(parameters.get(key, key) for key in self.defaulted)
        return type(self)(name, values, defaulted)

    @property
    def registered(self) -> bool:
        """Whether an entry point names the component, so that it can be looked up again."""
        return ":" not in self.name

    def plain(self) -> dict[str, Any]:
        """Return the name and the parameters, as TOML holds them."""
        return {"name": self.name, "parameters": dict(self.parameters)}

    def changed(self) -> dict[str, Any]:
        """Return `plain` without the parameters that equal their default."""
        parameters = {k: v for k, v in self.parameters.items() if k not in self.defaulted}
        return {"name": self.name, "parameters": parameters}
