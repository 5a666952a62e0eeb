"""Small pieces of HTML for notebooks. Every text is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zookit.core.messages import printable_lines


@dataclass(frozen=True)
class Image:
    """A PNG inside an HTML page."""

    png: bytes
    text: str
    """What the image shows, for people who cannot see it."""

    def __str__(self) -> str:
        from base64 import b64encode  # kept out of start-up

        data = b64encode(self.png).decode("ascii")
        return f'<img src="data:image/png;base64,{data}" alt="{escape(self.text)}">'


def escape(text: object) -> str:
    """Return the text so that HTML shows it as it is, whatever characters it contains."""
    from html import escape as escape_markup  # kept out of start-up

    return escape_markup(printable_lines(str(text)))


def paragraph(text: object) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table. A cell is an `Image` or any text; without headings there is no head."""
    head = f"<thead>{_row('th', headings)}</thead>" if headings else ""
    body = "".join(_row("td", row) for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[object]) -> str:
    written = (str(cell) if isinstance(cell, Image) else escape(cell) for cell in cells)
    style = ' style="text-align: left"'
    return f"<tr>{''.join(f'<{tag}{style}>{cell}</{tag}>' for cell in written)}</tr>"
