"""`zookit check`."""

from collections import Counter
from typing import Annotated

import typer

from zookit.cli.completion import plugins, words_of

_BROKEN = 1


def _completed(incomplete: str) -> list[str]:
    kinds = ("datasets", "architectures", "callbacks", "listeners", "commands")
    return [*words_of(*kinds)(incomplete), *([] if ":" in incomplete else plugins(incomplete))]


def check(
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Plugins by name, with parameters if you like, or whole distributions.",
            autocompletion=_completed,
        ),
    ],
) -> int:
    """Check installed plugins against their contracts; exits with 1 where one is broken."""
    from rich.console import Console  # neither --help nor completion gets here
    from rich.text import Text

    from zookit.modeling.tensorflow_import import import_keras
    from zookit.terminal import messages_shown, waiting
    from zookit.testing import ContractBroken, NotApplicable, checks_of, subjects

    console = Console(soft_wrap=True)
    counted: Counter[str] = Counter()
    meant = subjects(*named)
    if any(subject.entry.kind.base is not None for subject in meant):
        with waiting("starting TensorFlow", quiet=False):
            import_keras()
    for subject in meant:
        console.print(Text(f"{subject} of {subject.entry.owner}"))
        for each in checks_of(subject):
            found = ""
            try:
                with messages_shown(quiet=True), waiting(each.name, quiet=False):
                    each.run(subject)
                state = "holds"
            except NotApplicable as reason:
                state, found = "left out", str(reason)
            except ContractBroken as error:
                state, found = "broken", str(error).removeprefix(f"{subject}: ")
            counted[state] += 1
            told = f": {' '.join(found.split())}" if found else ""
            style = "bold red" if state == "broken" else ""
            console.print(Text(f"  {state:8}  {each.name}{told}", style))
    told = ", ".join(f"{counted[state]} {state}" for state in ("holds", "left out", "broken"))
    console.print(f"{counted.total()} checks: {told}")
    return _BROKEN if counted["broken"] else 0
