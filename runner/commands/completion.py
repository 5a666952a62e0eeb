"""What the shell is offered for a word; from metadata alone."""

from collections.abc import Callable

Completer = Callable[[], list[str]]


def names_of(*kinds: str) -> Completer:
    """Completes the names of these kinds (datasets, architectures, callbacks)."""

    def complete() -> list[str]:
        from zookit.registry import default

        groups = [group for group in default.groups() if group.kind.plural in kinds]
        return [
            entry.full_name if group.is_ambiguous(entry.name) else entry.name
            for group in groups
            for entry in group.entries()
        ]

    return complete
