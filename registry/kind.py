"""A kind of plugin: one row of the registry's table."""

import inspect
from typing import Any, Generic, TypeVar

from zookit.core import Component
from zookit.core.declaration import declaration_complaint
from zookit.core.errors import folded
from zookit.core.messages import option
from zookit.registry.methods import method_complaint

C = TypeVar("C", bound=Component)


class Kind(Generic[C]):
    """A kind of plugin, an attribute of `Registry`: its name there is the kind's plural.

    Args:
        singular: the noun in messages, such as "data set".
        base: the class that the kind's components subclass; None for commands.
        option: the command-line option that selects it, if it is not a word by itself.
        keyword: the argument of `zookit.run` that selects it, by default the option's name.
        several: whether a run can have more than one.
        help: the option's text in `--help`.
        default: the name of what is used if nothing is given; empty for nothing.
        always: names of what every run has without a component, such as the metric accuracy.
        recorded: whether the component decides a run's result, so that experiments record it.
        is_data: whether an entry point names a folder of data, `NAME = "FOLDER"`, which is never
            imported, instead of a Python object, `NAME = "module:Class"`.
    """

    def __init__(
        self,
        singular: str,
        base: type[C] | None,
        *,
        option: str = "",
        keyword: str = "",
        several: bool = False,
        help: str = "",  # noqa: A002 - the name that Typer has for it
        default: str = "",
        always: tuple[str, ...] = (),
        recorded: bool = True,
        is_data: bool = False,
    ) -> None:
        self.singular = singular
        self.base = base
        self.option = option
        self.keyword = keyword or option.lstrip("-").replace("-", "_")
        self.several = several
        self.help = help
        self.default = default
        self.always = always
        self.recorded = recorded
        self.is_data = is_data
        self.plural = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.plural = name

    @property
    def group(self) -> str:
        """The entry-point group."""
        return f"zookit.{self.plural}"

    @property
    def slot(self) -> str:
        """The key of an experiment that holds the component, or the list of them."""
        return self.plural if self.several else self.stem

    @property
    def stem(self) -> str:
        """The singular as a name of a module, such as "dataset"."""
        return self.singular.replace(" ", "")

    def usage(self, words: str) -> str:
        """Return how a run selects a component of this kind."""
        if self.option:
            return f"write {option(f'{self.option} {words}', f'{self.keyword}={words!r}')}."
        further = " [CALLBACK]..." if self.several else ""
        return f"the order is DATASET ARCHITECTURE{further}."

    def meant_always(self, name: str) -> str | None:
        """Return what is meant by a name that is no component's, if every run has it: `acc`."""
        wanted = folded(name.removeprefix("val_"))
        begun = (each for each in self.always if folded(each).startswith(wanted))
        return next(begun, None) if len(wanted) > 2 else None

    def complaint(self, loaded: object) -> str | None:
        """Return why an object cannot be a plugin of this kind; None if it can."""
        if self.base is None:
            is_command = callable(loaded) and not isinstance(loaded, type)
            return None if is_command else "it is neither a function nor a typer.Typer"
        if not (isinstance(loaded, type) and issubclass(loaded, self.base)):
            return f"it is not a subclass of zookit.core.{self.base.__name__}"
        if inspect.isabstract(loaded):
            missing = ", ".join(sorted(getattr(loaded, "__abstractmethods__", ())))
            return f"it does not define {missing}"
        return declaration_complaint(loaded) or method_complaint(loaded, self.base)

    def __repr__(self) -> str:
        return f"<kind {self.plural}>"


Row = Kind[Any]
