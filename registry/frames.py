"""Find the code of a plugin among the calls that raised an error."""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from traceback import walk_tb
from types import FrameType

from zookit.registry.source import spec_of

_OWN = "zookit"

Frame = tuple[FrameType, int]
"""A frame and the line that it has reached."""
Line = tuple[str, int]
"""A file and the number of a line."""


def place_in(error: BaseException, module: str) -> str:
    """Return `file:line` of the code that was called last in a plugin's package, empty if none.

    Args:
        error: the error; those that caused it are searched too.
        module: the module of the plugin.
    """
    chain: dict[int, BaseException] = {}
    following: BaseException | None = error
    while following is not None and id(following) not in chain:
        chain[id(following)] = following
        following = following.__cause__ or following.__context__
    for each in reversed(chain.values()):  # what went wrong first
        if isinstance(each, SyntaxError) and each.filename:
            return f"{each.filename}:{each.lineno}"
        found = line_in(lines_of(each), module)
        if found:
            return f"{found[0]}:{found[1]}"
    return ""


def lines_of(error: BaseException) -> list[Line]:
    """Return the lines that were called when the error was raised, the last one first."""
    return [(frame.f_code.co_filename, line) for frame, line in _called(error)]


def line_in(lines: Iterable[Line], module: str) -> Line | None:
    """Return the first of the lines that is in a module's package; of zookit, in the module."""
    homes = [home for name in {module, _package(module)} for home in _homes(name)]
    inside = (each for each in lines if any(Path(each[0]).is_relative_to(home) for home in homes))
    return next(inside, None)


def _package(module: str) -> str:
    package = module.partition(".")[0]
    return module if package == _OWN else package


def _homes(module: str) -> Iterator[str]:
    """Yield the file or the folders of a module, imported or not."""
    spec = getattr(sys.modules.get(module), "__spec__", None) or spec_of(module)
    if spec is not None:
        yield from spec.submodule_search_locations or ()
        yield from (spec.origin,) if spec.origin else ()


def innermost_frame(error: BaseException, modules: Collection[str]) -> Frame | None:
    """Return the frame that was called last, and its line, in the packages of these modules."""
    return next(iter(frames_of(_called(error), modules)), None)


def _called(error: BaseException) -> list[Frame]:
    return list(reversed(list(walk_tb(error.__traceback__))))


def frames_of(called: Sequence[Frame], modules: Collection[str]) -> list[Frame]:
    """Return the frames in the packages of these modules; of zookit itself, only in the modules."""
    packages = {each.partition(".")[0] for each in modules} - {_OWN}
    return [
        (frame, line)
        for frame, line in called
        if module_of(frame) in modules or module_of(frame).partition(".")[0] in packages
    ]


def module_of(frame: FrameType) -> str:
    """Return the name of the module whose code a frame runs."""
    return str(frame.f_globals.get("__name__", ""))
