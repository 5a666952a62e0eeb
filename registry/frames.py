"""Find the code of a plugin among the calls that raised an error."""

from collections.abc import Collection, Sequence
from traceback import walk_tb
from types import FrameType

_OWN = "zookit"

Frame = tuple[FrameType, int]
"""A frame and the line that it has reached."""


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
        found = innermost_frame(each, {module})
        if found:
            return f"{found[0].f_code.co_filename}:{found[1]}"
    return ""


def innermost_frame(error: BaseException, modules: Collection[str]) -> Frame | None:
    """Return the frame that was called last, and its line, in the packages of these modules."""
    called = list(reversed(list(walk_tb(error.__traceback__))))
    return next(iter(frames_of(called, modules)), None)


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
