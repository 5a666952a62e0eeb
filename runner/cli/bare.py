"""What a command that only has sub-commands does without one."""

import typer


def show_help_without_command(context: typer.Context) -> None:
    """Print the help, as somebody who types the bare name wants to know what there is."""
    if context.invoked_subcommand is None:
        print(context.get_help())
