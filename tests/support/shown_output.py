"""Compares what a page shows of a command's output with what the command prints."""

import re

import pytest

TOLERANCE = 0.03
"""Of losses, accuracies and probabilities; of numbers above 1, the part. Other processors round
otherwise."""
_NUMBER = re.compile(r"(?<![\w.])\d+\.\d{4}(?!\d)")
_VARYING = re.compile(
    r" +[\d.]+ s$|(?<=saved in ).*| *#+|\d{8}-\d{6}Z-\w{8}|(?<=\w)_\d+(?= \()", re.MULTILINE
)
"""Durations, names of runs, bars for numbers that are there as well, and Keras's numbers of layers,
which count all layers of a process."""
_OMISSION = "..."


def check_shown(shown: str, printed: str) -> None:
    """Fail unless the lines shown are those printed.

    `...` stands for any number of lines, and at the end of a line for the rest of it.
    """
    expected, found = _lines(shown), _lines(printed)
    at = 0
    while expected:
        line, numbers = expected.pop(0)
        if line == _OMISSION:
            if not expected:
                return
            texts = [text for text, _ in found[at:]]
            places = [place for place, text in enumerate(texts) if _is(expected[0][0], text)]
            assert places, f"{expected[0][0]!r} is not in the rest of\n{printed}"
            at += places[0]
            continue
        assert at < len(found), f"{line!r} is not in\n{printed}"
        text, others = found[at]
        assert _is(line, text), printed
        assert others == pytest.approx(numbers, rel=TOLERANCE, abs=TOLERANCE), f"{line}\n{printed}"
        at += 1
    assert at == len(found), f"more is printed than shown:\n{printed}"


def _is(shown: str, printed: str) -> bool:
    start = shown.removesuffix(f" {_OMISSION}")
    return printed == shown or (start != shown and printed.startswith(start))


def _lines(output: str) -> list[tuple[str, list[float]]]:
    """Return each line with its numbers apart, and without what differs from run to run."""
    fixed = [re.sub(" +", " ", line).strip() for line in _VARYING.sub("", output).splitlines()]
    return [
        (_NUMBER.sub("N", each), [float(number) for number in _NUMBER.findall(each)])
        for each in fixed
        if each
    ]
