"""`zookit check`."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.completion import plugins, words_of

if TYPE_CHECKING:
    from zookit.testing import Check, Target

_FAILED = 1


def _complete(incomplete: str) -> list[str]:
    return [*words_of()(incomplete), *([] if ":" in incomplete else plugins(incomplete))]


def check(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Plugins, optionally with parameters, or whole distributions.",
            autocompletion=_complete,
        ),
    ],
) -> int:
    """Check installed plugins against their contracts.

    The exit code is 1 if a check fails.
    """
    # Neither --help nor completion needs these.
    from rich.text import Text

    from zookit.modeling.tensorflow_import import import_keras
    from zookit.tables import facts, output
    from zookit.terminal import waiting
    from zookit.testing import checks_for, targets

    console = output()
    counts: Counter[str] = Counter()
    found = targets(*names)
    if any(target.entry.kind.base is not None for target in found):
        with waiting("starting TensorFlow", quiet=False):
            import_keras()
    for target in found:
        console.print(Text(f"{target} of {target.entry.owner}"), soft_wrap=True)
        for each in checks_for(target):
            state, reason = _result(each, target)
            counts[state] += 1
            line = f"{each.name}: {reason}" if reason else each.name
            style = "bold red" if state == "failed" else ""
            console.print(facts([(f"  {state:7}", line)]), style=style)
    states = ", ".join(f"{counts[state]} {state}" for state in ("passed", "skipped", "failed"))
    console.print(f"{counts.total()} checks: {states}")
    return _FAILED if counts["failed"] else 0


def _result(check: "Check", target: "Target") -> tuple[str, str]:
    """Run a check and return its state and the reason, on one line."""
    from zookit.terminal import messages_shown, waiting
    from zookit.testing import ContractBroken, NotApplicable

    try:
        with messages_shown(quiet=True), waiting(check.name, quiet=False):
            check.run(target)
    except NotApplicable as reason:
        return "skipped", " ".join(str(reason).split())
    except ContractBroken as error:
        return "failed", " ".join(str(error).removeprefix(f"{target}: ").split())
    return "passed", ""
