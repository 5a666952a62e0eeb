"""`zookit check`."""

import re
import shlex
from collections import Counter
from traceback import format_exception
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.completion import plugins, words_of
from zookit.core.messages import counted

if TYPE_CHECKING:
    from zookit.testing import Check, Target

_FAILED = 1
_NUMBER = re.compile(r"(?<=_)\d+")
"""The number that Keras gives a layer of the same name."""


def _complete(incomplete: str) -> list[str]:
    return [*words_of()(incomplete), *([] if ":" in incomplete else plugins(incomplete))]


def check(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Plugins, optionally with parameters, or whole distributions or Python files.",
            autocompletion=_complete,
        ),
    ],
    show_traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where each error was raised.")
    ] = False,
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
    raised = False
    found = targets(*names)
    if any(target.entry.kind.base is not None or target.entry.kind.is_data for target in found):
        with waiting("starting TensorFlow", quiet=False):
            import_keras()
    for target in found:
        console.print(Text(f"{target} of {target.entry.owner}"), soft_wrap=True)
        failures: dict[str, str] = {}
        for each in checks_for(target):
            state, reason, error = _result(each, target, failures)
            counts[state] += 1
            line = f"{each.name}: {reason}" if reason else each.name
            style = "bold red" if state == "failed" else ""
            console.print(facts([(f"  {state:7}", line)]), style=style)
            raised |= error is not None
            if error is not None and show_traceback:
                console.print(Text("".join(format_exception(error))), soft_wrap=True)
    states = ", ".join(f"{counts[state]} {state}" for state in ("passed", "skipped", "failed"))
    console.print(f"{counted(counts.total(), 'check')}: {states}")
    if raised and not show_traceback:
        console.print(f"To see where: zookit check --traceback {shlex.join(names)}", soft_wrap=True)
    return _FAILED if counts["failed"] else 0


def _result(
    check: "Check", target: "Target", failures: dict[str, str]
) -> tuple[str, str, BaseException | None]:
    """Run a check and return its state, the reason on one line, and what the plugin raised.

    `failures` has the first check that failed by each fault; another one refers to it.
    """
    from zookit.terminal import messages_shown, waiting
    from zookit.testing import ContractBroken, NotApplicable

    try:
        with messages_shown(quiet=True), waiting(check.name, quiet=False):
            check.run(target)
    except NotApplicable as reason:
        return "skipped", " ".join(str(reason).split()), None
    except ContractBroken as error:
        alike = _NUMBER.sub("", error.fault)
        if alike in failures:
            return "failed", f"the same as {failures[alike]!r}", None
        failures[alike] = check.name
        found = " ".join(str(error).removeprefix(f"{target}: ").split())
        return "failed", found, error.__cause__
    return "passed", "", None
