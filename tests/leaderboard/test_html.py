"""The leaderboard in a notebook."""

from html.parser import HTMLParser

from edited_runs import RunMaker, callbacks

from zookit.leaderboard.leaderboard import leaderboard

HOSTILE = "<script>alert('x')</script>&amp;\x1b"


class Cells(HTMLParser):
    """The elements of a page, and the text of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th", "li", "caption"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_tables_have_all_cells_and_no_markup_of_names(make: RunMaker) -> None:
    runs = [
        make(validation=0.9, experiment=callbacks(("acme/save", {"path": HOSTILE}))),
        make(validation=0.8, experiment=callbacks(("acme/save", {"path": "x"}))),
        make(status="killed"),
    ]
    board = leaderboard(runs)
    page = Cells(board._repr_html_())
    assert "script" not in page.tags
    (table,) = board.tables
    (cells, _) = table.cells()
    for text in (*cells, "runs", "0.9000", runs[0].name, table.heading):
        assert text in page.cells
    assert any("<script>alert('x')</script>&amp;\\x1b" in cell for cell in page.cells)
    assert any(runs[2].name in cell and "killed" in cell for cell in page.cells)


def test_an_empty_leaderboard_says_so() -> None:
    assert "No runs" in leaderboard([])._repr_html_()
