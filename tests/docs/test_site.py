"""The documentation site builds without warnings, and its links and its pages work."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe import COLOUR_RULES, axe_findings, colour_findings
from browser import WIDTHS, Browser
from conftest import ROOT
from plugin_site import Site as Plugins
from selenium.webdriver.support.wait import WebDriverWait
from site_page import SitePage

SAMPLE = ("index.html", "concepts.html", "runs.html", "search.html", "api/testing.html")
"""Pages with all that a page can have."""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built where a plugin of others is installed."""
    plugins = tmp_path_factory.mktemp("plugins")
    Plugins(plugins).module("nets")
    Plugins(plugins).install("zookit-leaf", "leaf_net = nets:Net")
    Plugins(plugins).install("zookit-leaf-command", "leaf_net = nets:Net", group="zookit.commands")
    folder = tmp_path_factory.mktemp("site")
    ended = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(ROOT / "docs"), folder],
        env={**os.environ, "PYTHONPATH": str(plugins)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert not ended.stderr
    assert ended.returncode == 0
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, SitePage]:
    """The parsed pages of the site, the shortest ones first."""
    files = sorted(site.rglob("*.html"), key=lambda each: each.stat().st_size)
    return {file: SitePage(file.read_text(encoding="utf-8")) for file in files}


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address at which the site is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


class Handler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


def test_the_references_are_those_of_zookit_alone(site: Path) -> None:
    commands, components = (
        (site / name).read_text(encoding="utf-8") for name in ("cli.html", "api/plugins.html")
    )
    assert "leaf_net" not in commands + components
    for name in ("zookit run", "zookit data fetch", "--no-plugin", "Passes over the training"):
        assert name in commands
    for name in ("zookit.plugins.", "StopAtLoss", "Units of each layer."):
        assert name in components


def test_every_link_leads_to_a_page_and_an_anchor(site: Path, pages: dict[Path, SitePage]) -> None:
    broken = []
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https" or link.startswith("http://ufldl."), (file, link)
                assert "." in parts.netloc, (file, link)
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            known = pages[target].anchors if target in pages else {""}
            if not target.is_file() or unquote(parts.fragment) not in {*known, ""}:
                broken.append((str(file.relative_to(site)), link))
    assert not broken


def test_every_picture_has_a_description(pages: dict[Path, SitePage]) -> None:
    assert all(each.get("alt") for page in pages.values() for each in page.images)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_accessible_and_fit_the_screen(
    browser: Browser, site: Path, address: str, pages: dict[Path, SitePage], width: int
) -> None:
    browser.requested()
    browser.complaints()
    findings = {}
    colours: set[str] = set()
    for file in pages:
        name = str(file.relative_to(site))
        browser.show(f"{address}{name}", width, "light")
        found = []
        # With more room, only the sidebars are added, and they are the same on all pages.
        if width == min(WIDTHS) or name in SAMPLE:
            found += axe_findings(browser, without=COLOUR_RULES)
            for scheme in ("light", "dark"):
                browser.prefer(scheme)
                found += colour_findings(browser, colours)
        if browser.asks("document.scrollingElement.scrollWidth") > width:
            found.append("scrolls sideways")
        found += browser.complaints()
        found += [each for each in browser.requested() if not each.startswith((address, "data:"))]
        if found:
            findings[name] = found
    assert not findings


def test_pale_text_is_found_once(browser: Browser) -> None:
    colours: set[str] = set()
    for number, count in ((1, 1), (2, 0)):
        page = f"<html lang='en'><title>Page</title><p style='color: silver'>Text {number}</p>"
        browser.show(f"data:text/html,{page}", 360, "light")
        assert len(colour_findings(browser, colours)) == count


def test_search_finds_a_word(browser: Browser, address: str) -> None:
    browser.complaints()
    browser.show(f"{address}search.html?q=memorize", 1200, "light")
    found = "[...document.querySelectorAll('#search-results li a')].map(each => each.text)"
    titles = WebDriverWait(browser.driver, 10).until(lambda _: browser.asks(found))
    assert "Your first run" in titles
    assert not browser.complaints()
