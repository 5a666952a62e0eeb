"""The leaderboard in a notebook."""

from collections.abc import Sequence

from markupsafe import Markup

from zookit.core.messages import printable
from zookit.leaderboard.table import Table
from zookit.leaderboard.unranked import Unranked

_NUMBER = Markup(' style="text-align: right"')
_TEXT = Markup(' style="text-align: left"')


def html_of(tables: Sequence[Table], unranked: Sequence[Unranked]) -> str:
    """Return the tables, and the runs that are not ranked, as HTML."""
    lines = [
        Markup("<li>{}: {}</li>").format(printable(each.name), each.reason) for each in unranked
    ]
    listed = Markup("<p>Not ranked:</p><ul>{}</ul>").format(_joined(lines)) if lines else Markup()
    return str(_joined([*map(_table, tables), listed]) or Markup("<p>No runs.</p>"))


def _table(table: Table) -> Markup:
    rows = [
        {**cells, "runs": ", ".join(row.names)}
        for cells, row in zip(table.cells(), table.rows, strict=True)
    ]
    numbers = table.numbers
    headings = _joined([_cell("th", name, name, numbers) for name in rows[0]])
    body = _joined(
        [
            Markup("<tr>{}</tr>").format(
                _joined([_cell("td", *each, numbers) for each in row.items()])
            )
            for row in rows
        ]
    )
    caption = Markup('<caption style="text-align: left">{}</caption>').format(
        printable(table.heading)
    )
    return Markup("<table>{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        caption, headings, body
    )


def _cell(tag: str, heading: str, text: str, numbers: Sequence[str]) -> Markup:
    style = _NUMBER if heading in numbers else _TEXT
    return Markup("<{}{}>{}</{}>").format(Markup(tag), style, printable(text), Markup(tag))  # noqa: S704


def _joined(parts: Sequence[Markup]) -> Markup:
    return Markup().join(parts)
