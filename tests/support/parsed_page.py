"""A page of a report, parsed."""

import re
from html.parser import HTMLParser

# Elements that have no end.
VOID = {"meta", "br", "img", "wbr"}


class Page(HTMLParser):
    """A parsed page: its elements with their attributes, its text, and the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.tables: dict[str, list[list[str]]] = {}
        self.exact: list[float] = []
        self._rows: list[list[str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        assert len(found) == len(attrs)
        self.elements.append((tag, found))
        if tag == "table":
            # Several runs' numbers follow each other.
            self._rows = self.tables.setdefault(found["class"], [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "data":
            self.exact.append(float(found["value"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self._rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [attributes for found, attributes in self.elements if found == tag]


def check_whole(page: Page) -> None:
    """The page refers to nothing outside itself, runs nothing, and has text for all images."""
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "srcset", "data", "action", "poster"):
            value = attributes.get(name, "data:")
            assert value.startswith("data:") or value[:1] == "#", (tag, value)
            assert value[:1] != "#" or value[1:] in names
        for found in re.findall(r"url\(([^)]*)\)", " ".join(attributes.values())):
            assert found[0] == "#"
            assert found[1:] in names
    assert "url(" not in page.source.partition("<style>")[2].partition("</style>")[0]
    assert all(each["alt"] for each in page.all("img"))
    for each in page.all("svg"):
        assert each["role"] == "img"
        assert each["aria-label"]
    (policy,) = (each for each in page.all("meta") if "http-equiv" in each)
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith("default-src 'none';")
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == len(page.all("title")) == 1
    assert "nan" not in {cell for rows in page.tables.values() for row in rows for cell in row}
