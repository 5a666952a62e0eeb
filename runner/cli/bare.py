"""Prints the help of a command group if no command is given."""

import typer


def show_help_without_command(context: typer.Context) -> None:
    """Print the help if no command is given."""
    if context.invoked_subcommand is None:
        print(context.get_help())
