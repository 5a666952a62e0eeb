"""Commands, each wrong in one way; ENTRIES names the check that each must fail."""

import typer


def right() -> None:
    """Do nothing, correctly."""


def says_nothing() -> None:
    pass


app = typer.Typer(help="Has commands of its own.")


@app.command()
def one() -> None:
    """Be the first."""


@app.command()
def two() -> None:
    """Be the second."""


class NoFunction:
    """Be a class, which is not a command."""


def takes_anything(what: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821
    """Take a type that Typer does not know."""


ENTRIES = {
    "right": (right, ()),
    "app": (app, ()),
    "says_nothing": (says_nothing, ("helps",)),
    "takes_anything": (takes_anything, ("helps",)),
    "no_function": (NoFunction, ("loads",)),
}
