"""Commands, each wrong in one way; ENTRIES says in which check that must show."""

import typer


def right() -> None:
    """Does nothing, rightly."""


def says_nothing() -> None:
    pass


app = typer.Typer(help="Has commands of its own.")


@app.command()
def one() -> None:
    """Is one."""


@app.command()
def two() -> None:
    """Is the other."""


class NoFunction:
    """A class is no command."""


def takes_anything(what: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821
    """Takes what no command line can give."""


ENTRIES = {
    "right": (right, ()),
    "app": (app, ()),
    "says_nothing": (says_nothing, ("helps",)),
    "takes_anything": (takes_anything, ("helps",)),
    "no_function": (NoFunction, ("loads",)),
}
