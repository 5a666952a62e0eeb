"""Checks the accessibility of the page that a browser shows, with axe-core."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from browser import Browser

COLOUR_RULES = ["color-contrast", "link-in-text-block"]
TEXTS = """
const texts = new Map();
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
  if (!own || !element.checkVisibility()) continue;
  const { color, fontSize, fontWeight } = getComputedStyle(element);
  const link = element.closest("a");
  const style = [color, fontSize, fontWeight, link && getComputedStyle(link).textDecoration];
  for (let each = element; each; each = each.parentElement) {
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(each);
    if (opacity !== "1" || backgroundImage !== "none") style.push(opacity, backgroundImage);
    if (backgroundColor === "rgba(0, 0, 0, 0)") continue;
    style.push(backgroundColor);
    if (!backgroundColor.startsWith("rgba")) break;
  }
  const key = style.join(" ");
  if (!texts.has(key)) texts.set(key, link ?? element);
}
return [...texts];
"""
"""A script that returns one of the texts in each combination of colours and sizes."""


@cache
def script() -> str:
    """Return axe-core as axe-playwright-python includes it. Nothing here uses Playwright."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe_findings(browser: Browser, without: Iterable[str] = ()) -> list[str]:
    """Return one line for each element that breaks a rule: the rule, the element, the reason.

    `without` names rules to leave out. On a long page, those about colours take most of the time.
    """
    return _findings(browser, None, {"rules": {each: {"enabled": False} for each in without}})


def colour_findings(browser: Browser, seen: set[str]) -> list[str]:
    """Return the same for the colours of texts and links; those in `seen` are left out.

    This adds to `seen` what it checks, so that it need not be checked on every page.
    """
    found = browser.driver.execute_script(TEXTS)
    new = [(style, element) for style, element in found if style not in seen]
    seen.update(style for style, _ in new)
    only = {"runOnly": COLOUR_RULES}
    return _findings(browser, {"include": [element for _, element in new]}, only) if new else []


def _findings(browser: Browser, context: Any, options: dict[str, Any]) -> list[str]:
    browser.driver.execute_script(script())
    results = browser.driver.execute_async_script(
        "axe.run(arguments[0] ?? document, arguments[1]).then(arguments[2])",
        context,
        {"resultTypes": ["violations"], **options},
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}: {node['failureSummary']}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]
