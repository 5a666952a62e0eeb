"""A browser without a window, for pages that zookit writes; a conftest imports the fixture."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chromium import missing_programs, start_chromium
from PIL import Image

WIDTHS = (360, 1200)


class Browser:
    """Chromium without a window, started with further arguments."""

    def __init__(self, *arguments: str) -> None:
        logs = {"performance": "ALL", "browser": "ALL"}
        self.driver: Any = start_chromium(*arguments, logs=logs)

    def show(self, page: Path | str, width: int, scheme: str) -> None:
        """Open a file or an address on a screen of that width and with that colour scheme."""
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.prefer(scheme)
        self.driver.get(page if isinstance(page, str) else page.as_uri())

    def prefer(self, scheme: str) -> None:
        """Show the open page and all others with that colour scheme."""
        preference = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})

    def asks(self, script: str) -> Any:
        return self.driver.execute_script(f"return {script}")

    def requested(self) -> list[str]:
        """The requested addresses since the last call."""
        events = [json.loads(each["message"]) for each in self.driver.get_log("performance")]
        return [
            each["message"]["params"]["request"]["url"]
            for each in events
            if each["message"]["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """The console's messages since the last call."""
        return [each["message"] for each in self.driver.get_log("browser")]

    def screenshot(self, file: Path, width: int) -> Image.Image:
        """The whole page as a picture."""
        height = self.asks("document.scrollingElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        file.write_bytes(base64.b64decode(taken["data"]))
        return Image.open(file).convert("RGB")


@contextmanager
def opened_browser(*arguments: str) -> Iterator[Browser]:
    """Yield a browser; skip the test if there is none on this machine."""
    if missing := missing_programs():
        assert not os.environ.get("CI"), f"{' and '.join(missing)} must be there"
        pytest.skip(f"{' and '.join(missing)} is not installed")
    opened = Browser(*arguments)
    try:
        yield opened
    finally:
        opened.driver.quit()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened
