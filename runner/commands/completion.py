"""What the shell is offered for a word; from metadata alone."""

from collections.abc import Callable

Completer = Callable[[str], list[str]]


def names_of(*kinds: str) -> Completer:
    """Completes the names of these kinds (datasets, architectures, callbacks)."""

    def complete(incomplete: str) -> list[str]:
        from zookit.registry import default

        groups = (
            group for group in default.groups() if group.kind.plural.replace(" ", "") in kinds
        )
        return [name for group in groups for name in group if name.startswith(incomplete)]

    return complete
