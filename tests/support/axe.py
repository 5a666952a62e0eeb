"""Checks the accessibility of the page that a browser shows, with axe-core."""

from functools import cache
from importlib.resources import files

from browser import Browser

RUN = "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"


@cache
def script() -> str:
    """Return axe-core as axe-playwright-python includes it. Nothing here uses Playwright."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe_findings(browser: Browser) -> list[str]:
    """Return one line for each element that breaks a rule: the rule, the element, the reason."""
    browser.driver.execute_script(script())
    results = browser.driver.execute_async_script(RUN)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]}: {node['failureSummary']}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]
