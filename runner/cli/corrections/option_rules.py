"""Proposes other values for the options of a command line that is not valid.

The rules are like those in `rules.py`.
"""

from itertools import islice
from pathlib import Path
from typing import Any

from zookit.cli.corrections.foreign import EXAMPLES
from zookit.cli.corrections.line import Line, Lines, Part, takes_file
from zookit.cli.training_options import OPTIONS as TRAINING
from zookit.core import BadParameter, Settings
from zookit.core.corrections import other_values
from zookit.core.errors import folded, nearest_name
from zookit.core.parameters import create

MOST_EXAMPLES = 3
"""The most examples of a value to propose."""


def option_values(line: Line, error: Exception) -> Lines:
    """Propose a value for an option that has none or a wrong one."""
    wrong: Any = getattr(error, "param", None)
    for part in line.parts:
        if not part.option or part.param is None or part.param.is_flag:
            continue
        own = examples(line, part.param)
        if part.value is None:
            yield from (line.edited({part: [part.option, each]}) for each in own)
        elif part.param.name == getattr(wrong, "name", None) or _refused(line, part, error):
            if any(takes_file(place, part.value) for place in line.places):
                yield line.edited({part: [part.value]})
            choices, file = line.offered(part.param), Path(part.value)
            others = [*other_values(part.value, choices)]
            others += own if len(choices) < 2 or not {*own} & {*choices} else ()
            kind = (file.suffix or file.name).lstrip(".")
            meant = [group.correction(kind) for group in line.kinds(part.param)]
            for each in (nearest_name(kind, choices), *(found.instead for found in meant if found)):
                names = (file.with_suffix(f".{each}"), file) if file.suffix else ()
                outputs = [["--output", str(name)] for name in names] or [[]]
                if each in choices:
                    yield from (
                        line.edited({part: [*part.with_value(each), *output]}) for output in outputs
                    )
            yield from (line.edited({part: part.with_value(each)}) for each in others)


def missing_values(line: Line, error: Exception) -> Lines:
    """Propose a value for an option or a word that is required and missing."""
    param: Any = getattr(error, "param", None)
    if param is None or not param.required or param in [each.param for each in line.parts]:
        return
    for each in examples(line, param):
        if param.param_type_name == "option":
            yield [*line.arguments, param.opts[0], each]
        else:
            yield line.with_words([*(str(part.value) for part in line.words), each])


def flags(line: Line, _: Exception) -> Lines:
    """Propose a flag for an unknown option with its name as value, such as `--format csv`."""
    for part in line.parts:
        flag = f"--{part.value}"
        if part.option and part.param is None and flag in line.options:
            yield line.edited({part: [flag]})


def _refused(line: Line, part: Part, error: Exception) -> bool:
    """Return whether the value of an option is not valid by itself."""
    if not line.takes_words(part.param, str(part.value)):
        return f"{part.param.name} must be " in str(error)
    if part.param.name in TRAINING:
        try:
            create(Settings, {part.param.name: part.value})
        except BadParameter:
            return True
    if line.name != "run":
        kinds = line.kinds(part.param)
        return bool(kinds) and not any(part.name in kind for kind in kinds)
    return False


def examples(line: Line, param: Any) -> list[str]:
    """Return examples of a value: a known one, the default, or what completion offers.

    Data sets that would have to be downloaded come last.
    """
    for key in (folded(f"{line.name}{param.name}"), folded(param.name)):
        if key in EXAMPLES:
            return list(EXAMPLES[key].instead)
    offered = line.offered(param)
    kinds = (group.kind.default for group in line.kinds(param))
    default = TRAINING[param.name].default if param.name in TRAINING else next(kinds, None)
    if default in offered:
        return [default]
    here = (each for each in offered if _is_here(line, param, each))
    return [*dict.fromkeys((*islice(here, MOST_EXAMPLES), *offered))][:MOST_EXAMPLES]


def _is_here(line: Line, param: Any, name: str) -> bool:
    from zookit.doctor.data_availability import is_here  # imports NumPy

    return all(is_here(group[name]) for group in line.kinds(param) if name in group)
