"""Chromium without a window, for pictures of pages and for tests of them."""

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

Stroke = Sequence[tuple[float, float]]
"""Points in parts of a width and a height."""
PROGRAMS = ("chromium", "chromedriver")


def missing_programs() -> list[str]:
    """Return the names of the programs that are not installed."""
    return [name for name in PROGRAMS if not shutil.which(name)]


def start_chromium(*arguments: str, logs: Mapping[str, str] | None = None) -> Any:
    """Return a driver, whose types have holes. `logs` has levels of what is logged."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    chromium, chromedriver = map(shutil.which, PROGRAMS)
    options.binary_location = chromium or ""
    for each in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        *arguments,
    ):
        options.add_argument(each)
    if logs:
        options.set_capability("goog:loggingPrefs", dict(logs))
    return webdriver.Chrome(options, Service(chromedriver))


def draw_strokes(driver: Any, strokes: Sequence[Stroke], box: Mapping[str, float]) -> None:
    """Draw with the mouse on the element of that box, which is in view."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    actions = ActionBuilder(driver, duration=0)
    mouse: Any = actions.pointer_action
    for stroke in strokes:
        for at, (x, y) in enumerate(stroke):
            mouse.move_to_location(
                round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])
            )
            if at == 0:
                mouse.pointer_down()
        mouse.pointer_up()
    actions.perform()
