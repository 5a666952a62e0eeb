"""The base class of all components."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Component:
    """Base class of components: a frozen dataclass whose fields are its parameters.

    Decorate every subclass with `@dataclass(frozen=True)`. A parameter has the type `bool`, `int`,
    `float`, `str`, `pathlib.Path`, a `Literal`, or a `tuple[T, ...]` of one of these. With `| None`
    its default must be None. Add bounds and a description with `Annotated`:

        width: Annotated[int, Gt(0), Doc("Units of the layer.")] = 128

    `Gt` and other bounds are in `annotated_types`, `Doc` is in `zookit.core`. The description is
    what `zookit show` prints.
    """

    # By default pydantic ignores unknown parameters, accepts NaN and does not check instances.
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "revalidate_instances": "always",
        "allow_inf_nan": False,
    }

    packages: ClassVar[Mapping[str, str]] = {}
    """Optional modules that the component needs, each with the requirement to install:
    `{"mlflow": "zookit[mlflow]"}`. Without them, building the component raises NotInstalled."""

    renamed: ClassVar[Mapping[str, str]] = {}
    """Old names of parameters, each with the new one: `{"units": "width"}`. Old words, files and
    runs still work."""

    formerly: ClassVar[tuple[str, ...]] = ()
    """Names under which the component was installed before. The entry points of these names remain
    in `pyproject.toml` and name the same class. Write it as plain text in the class: it is read
    without importing the plugin."""

    reads_paths: ClassVar[bool] = False
    """Whether every `pathlib.Path` parameter names an input file; see `zookit.core.InputFile`."""
