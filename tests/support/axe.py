"""Checks the accessibility of the page that a browser shows, with axe-core."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from browser import Browser


@cache
def script() -> str:
    """Return axe-core as axe-playwright-python includes it. Nothing here uses Playwright."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe_findings(browser: Browser, without: Iterable[str] = ()) -> list[str]:
    """Return one line for each element that breaks a rule: the rule, the element, the reason.

    `without` names rules to leave out; color-contrast takes most of the time on a long page.
    """
    browser.driver.execute_script(script())
    rules = {each: {"enabled": False} for each in without}
    options = {"resultTypes": ["violations"], "rules": rules}
    results = browser.driver.execute_async_script(
        "axe.run(document, arguments[0]).then(arguments[1])", options
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}: {node['failureSummary']}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]
