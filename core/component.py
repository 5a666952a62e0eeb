"""What every component is: a frozen dataclass whose fields are its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Component:
    """Base of data sets, architectures, callbacks and listeners.

    A subclass is itself decorated with `@dataclass(frozen=True)`; its fields are its parameters,
    each of type `bool`, `int`, `float`, `str`, `pathlib.Path`, a `Literal`, a `tuple[T, ...]` of
    one of these, or any of them `| None` with the default None; others are refused. `Annotated`
    carries bounds (`annotated_types`) and the meaning that `zookit show` prints
    (`zookit.core.Doc`).
    """

    # Left to its defaults pydantic ignores unknown parameters, accepts NaN and passes instances
    # unchecked.
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "revalidate_instances": "always",
        "allow_inf_nan": False,
    }

    packages: ClassVar[Mapping[str, str]] = {}
    """Modules it needs beyond what is installed with it, each with what to give pip for it:
    `{"mlflow": "zookit[mlflow]"}`. Choosing it without them is a NotInstalled that says so."""
