"""Choose the splits of a data set that a hub describes, by names that anybody may have given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from zookit.core import DataError, did_you_mean
from zookit.core.data import usual_split

SplitName = Literal["train", "validation", "test"]

_SHOWN = 20
"""The names to show of many."""
_ORDER: tuple[SplitName, ...] = ("train", "validation", "test")


def choose_splits(
    names: Sequence[str], given: Mapping[SplitName, str | None], where: str
) -> dict[SplitName, str]:
    """Return the names of the training split and of those beside it: validation or test or both.

    A split that is not given is found by its name, such as `training` or `val`. Without a test
    split, the validation split is the test split. A single split is the training split.

    Args:
        names: the splits of the data set.
        given: the name of a split of ours, each with the name to use for it, or None to find it.
        where: what has the splits, for messages.

    Raises:
        DataError: a given split does not exist, or the training split cannot be found. The message
            names the choices.
    """
    for ours, name in given.items():
        if name is not None and name not in names:
            raise DataError(
                f"{where} has no split {name!r} for {ours}. Choose one of {named(names)}."
                f"{did_you_mean(name, names)}"
            )
    chosen = {ours: name for ours, name in given.items() if name is not None}
    taken = set(chosen.values())
    for ours in _ORDER:
        free = [name for name in names if name not in taken]
        usual = [name for name in free if usual_split(name) == ours]
        found = [str(ours)] if ours in free else usual
        if ours not in chosen and len(found) > 1:
            raise DataError(
                f"{where} has several splits for {ours}: {named(found)}. Write {ours}={found[0]}."
            )
        if ours not in chosen and found:
            chosen[ours] = found[0]
            taken.add(found[0])
    if "train" not in chosen and len(names) == 1:
        chosen = {"train": names[0]}
    if "train" not in chosen:
        raise DataError(
            f"{where} has no split that is called train. Choose one of {named(names)}: write "
            f"train={names[0] if names else 'NAME'}."
        )
    if "test" not in chosen and "validation" in chosen:
        chosen["test"] = chosen.pop("validation")
    return {ours: chosen[ours] for ours in _ORDER if ours in chosen}


def class_names(declared: Sequence[str], where: str, choose: str) -> tuple[str, ...]:
    """Return the names of classes, each once: of those that are declared twice, with their labels.

    Raises DataError, which begins with `where` and ends with `choose`, if there is one class only.
    """
    if len(declared) < 2:
        raise DataError(
            f"{where} has {len(declared)} class{'es' * (not declared)}, expected at least two. "
            f"Choose another {choose}."
        )
    counts = Counter(declared)
    return tuple(
        f"{name} ({label})" if counts[name] > 1 else name for label, name in enumerate(declared)
    )


def named(names: Sequence[str]) -> str:
    """Return names for a message: all of them, or the first of many."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f"{', '.join(map(repr, names[:_SHOWN]))}{more}" or "none"
