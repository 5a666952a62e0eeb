"""Chromium without a window, for pictures of pages and for tests of them."""

import shutil
from collections.abc import Mapping
from typing import Any

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
