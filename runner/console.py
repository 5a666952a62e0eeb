"""Rich's console, with all text escaped."""

from collections.abc import Iterable, Iterator
from typing import IO, cast

from rich.console import Console as RichConsole  # noqa: TID251
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from zookit.core.messages import printable_lines
from zookit.streams import DrawnStream, guarded


class Console(RichConsole):
    """A console that escapes what a terminal would act on, and that may be closed at any time.

    A pipe or a file gets no blanks at the ends of lines, with which Rich fills up tables. Colours
    and movements of the cursor are Rich's own. An output that nobody reads any more raises no
    error, also in a program that imports zookit.
    """

    @property
    def file(self) -> IO[str]:
        """The stream to write to."""
        found = super().file
        if isinstance(found, DrawnStream):
            return cast(IO[str], found)
        return guarded(found).rich_proxied_file

    @file.setter
    def file(self, new: IO[str]) -> None:
        self._file = new

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Return the segments of something to print, their text escaped."""
        segments = super().render(renderable, options)
        for segment in segments if self.is_terminal else _without_trailing_blanks(segments):
            if segment.control or segment.text == "\n" or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable_lines(segment.text), segment.style)


def _without_trailing_blanks(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Yield the segments without the blanks before the end of each line."""
    blanks: list[Segment] = []
    for segment in segments:
        if segment.text == "\n":
            blanks.clear()
            yield segment
            continue
        text = segment.text.rstrip(" ")
        if text or segment.control:
            yield from blanks
            blanks.clear()
            yield Segment(text, segment.style, segment.control)
        if len(text) < len(segment.text):
            blanks.append(Segment(segment.text[len(text) :], segment.style))
    yield from blanks
