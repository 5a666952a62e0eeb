"""Names in a data set of a hub, which anybody may have given: splits, columns and classes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from zookit.core import DataError, did_you_mean
from zookit.core.data import SplitName, usual_split
from zookit.plugins.datasets.held_out import validation_as_test

_SHOWN = 20
"""The names to show of many."""
_ORDER: tuple[SplitName, ...] = get_args(SplitName)


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
    chosen = validation_as_test(chosen)
    return {ours: chosen[ours] for ours in _ORDER if ours in chosen}


def choose_name(
    what: Literal["image", "label"],
    given: str | None,
    *,
    kind: Literal["column", "feature"],
    types: Mapping[str, object],
    allowed: Sequence[str],
    found: Sequence[str],
    usual: Sequence[object] = (),
    where: str,
) -> str:
    """Return the column or the feature of the images or of the labels.

    Args:
        what: what it has.
        given: the name that the user gave; None to find it.
        kind: what the data set calls it.
        types: the types of all of them, by name, for messages.
        allowed: the names of those that the user may give.
        found: the names of those to choose from otherwise.
        usual: names to prefer among these, the first one most.
        where: the data set, for messages.

    Raises:
        DataError: there is none, or several. The message names the choices.
    """
    if given is not None and given not in types:
        raise DataError(
            f"{where} has no {kind} {given!r}. Choose one of {named(allowed)}."
            f"{did_you_mean(given, allowed)}"
        )
    if given is not None and given not in allowed:
        content = "images" if what == "image" else "one class for each image"
        raise DataError(
            f"{where}: {kind} {given!r} has {types[given]}, expected {content}. Choose one of "
            f"{named(allowed)}."
        )
    preferred = [str(name) for name in usual if name in found][:1]
    choices = [given] if given is not None else found if len(found) == 1 else preferred or found
    if len(choices) > 1:
        raise DataError(
            f"{where} has several {kind}s that may be the {what}: {named(choices)}. Write "
            f"{what}={choices[0]}."
        )
    if not choices:
        content = "images" if what == "image" else "classes"
        hint = f" If {named(allowed)} has them, write {what}={allowed[0]}." if allowed else ""
        raise DataError(f"{where} has no {kind} of {content}. It has {named(list(types))}.{hint}")
    return choices[0]


def wrong_label(where: str, split: str, label: object, classes: int) -> DataError:
    """Return the error for examples of a split whose label is none of the classes."""
    shown = "no label" if label is None else f"the label {label!r}"
    return DataError(
        f"{where}: the {split} split has examples with {shown}, expected one of {classes} "
        f"classes. To use another split: {split}=NAME."
    )


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
