"""Links in the documentation lead somewhere."""

import re

import pytest
from conftest import ROOT
from pages import PAGES, text_of

LINK = re.compile(r"\]\(([^)\s]+)\)")
COURSE = tuple(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/course/*.md"))
PLACES = (*PAGES, *COURSE, "CONTRIBUTING.md", "CHANGELOG.md", "examples/zookit-digits/README.md")


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PLACES)
def test_links_lead_to_files_and_headings(page: str) -> None:
    for target in LINK.findall(text_of(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / page).parent / path if path else ROOT / page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(str(found.resolve().relative_to(ROOT))), target
