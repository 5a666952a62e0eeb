"""Runs zookit's commands in a folder, and takes pictures of its pages in Chromium."""

import base64
import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chromium import Stroke, draw_strokes, missing_programs, start_chromium
from code_blocks import code_blocks, file_of
from PIL import Image, ImageOps

import zookit

Picture = Image.Image

_LARGE = 60_000
"""In bytes."""
_MARGIN = 14
"""In pixels."""
_PAPER = "#f6f7f8"


class Studio:
    """A folder of runs, and a browser.

    `trainings` has names of runs and their commands. A command that has such a name among its words
    gets the run, which is trained unless the folder has it.
    """

    def __init__(self, folder: Path, trainings: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.absolute()
        self._trainings = trainings
        self._reused: set[str] = set()
        self._driver: Any = None  # its types have holes

    def printed(self, command: str, *more: str) -> str:
        """Run a command in the folder, and return what it prints."""
        ended = subprocess.run(
            self._arguments(command, *more),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return ended.stdout

    def _arguments(self, command: str, *more: str) -> list[str]:
        name, *words = shlex.split(command)
        assert name == "zookit"
        for word in words:
            if word in self._trainings:
                self.run(word)
        print(f"$ {command}", flush=True)
        # Not the modules of the current folder.
        return [sys.executable, "-P", "-m", "zookit", *words, *more]

    def run(self, name: str) -> zookit.Run:
        """Return a run."""
        if not (self.folder / name).exists():
            new = self.folder / f"new-{name}"
            shutil.rmtree(new, ignore_errors=True)
            self.printed(self._trainings[name], "--runs-dir", new.name, "--quiet")
            zookit.open_run("latest", runs_dir=new).folder.rename(self.folder / name)
            shutil.rmtree(new)
        elif name not in self._reused:
            self._reused.add(name)
            print(f"{name}: reused", flush=True)
        return zookit.open_run(self.folder / name)

    def sweep(self, command: str, name: str) -> list[dict[str, str]]:
        """Return the rows of a sweep, whose runs are in NAME and whose report is NAME.html."""
        if (self.folder / name).exists():
            print(f"{name}: finished runs are reused", flush=True)
        words = ("--runs-dir", name, "--report", f"{name}.html", "--csv", "--quiet")
        return list(csv.DictReader(io.StringIO(self.printed(command, *words))))

    def rates(self, command: str) -> Any:
        """Return what `zookit find-rate` finds, whose plot is the file of `--plot`."""
        return json.loads(self.printed(command, "--force", "--json"))

    def drawn(self, command: str) -> Picture:
        """Return the picture that a command writes to its last word."""
        self.printed(command, "--force")
        return Image.open(self.folder / command.rsplit(maxsplit=1)[-1]).convert("RGB")

    def report(self, command: str, width: int = 480, scale: float = 1.5) -> None:
        """Open the page that `zookit report` writes."""
        self.printed(command, "--output", "report.html")
        self.open(self.folder / "report.html", width, scale)

    @contextmanager
    def served(self, command: str, width: int, scale: float = 1.5) -> Iterator[None]:
        """Open the page of `zookit serve`."""
        words = self._arguments(command, "--port", "0")
        server = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            address = next(line.strip() for line in server.stdout if line.startswith("http://"))
            self.open(address, width, scale)
            self._wait("document.querySelector('.model')")
            yield
        finally:
            server.terminate()
            server.communicate()

    def write_scripts(self, pages: Path) -> None:
        """Write the scripts that the pages of a folder show, and run those that write pictures."""
        for page in sorted(pages.glob("*.md")):
            for language, block in code_blocks(page.read_text("utf-8")):
                name = file_of(block)
                if language == "python" and name and "/" not in name:
                    (self.folder / name).write_text(block, encoding="utf-8")
                    if name.startswith("write_"):
                        print(f"$ python {name}", flush=True)
                        subprocess.run([sys.executable, name], cwd=self.folder, check=True)

    def choose(self, file: Path) -> None:
        """Show a picture to the served models, and wait for their answers."""
        self.click("file-tab")
        self.driver.find_element("id", "chooser").send_keys(str(file))
        self.wait_for_answers()

    def draw(self, strokes: Sequence[Stroke]) -> None:
        """Draw for the served models, and wait for their answers."""
        box = self._script(
            "return document.getElementById('paper').getBoundingClientRect().toJSON()"
        )
        draw_strokes(self.driver, strokes, box)
        self.wait_for_answers()

    def click(self, identifier: str) -> None:
        """Click an element."""
        self.driver.find_element("id", identifier).click()

    def wait_for_answers(self) -> None:
        """Wait until the served models have answered, and nothing moves."""
        self._wait("document.getElementById('answers').ariaBusy == 'false'")
        self._wait("[...document.images].every((each) => each.complete)")
        self._wait("document.getAnimations().length == 0")

    @property
    def driver(self) -> Any:
        """The browser."""
        if self._driver is None:
            if missing := missing_programs():
                sys.exit(f"Pictures need programs that are not installed: {', '.join(missing)}.")
            self._driver = start_chromium("--hide-scrollbars")
        return self._driver

    def open(self, page: Path | str, width: int = 480, scale: float = 1.5) -> None:
        """Open a file or an address, on a screen of that width in points."""
        screen = {"width": width, "height": 900, "deviceScaleFactor": scale, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.driver.get(page if isinstance(page, str) else page.as_uri())

    def shot(self, *selectors: str) -> Picture:
        """Return the picture of all between the first element and the last one, with a margin."""
        boxes = [self._script(_BOX, each) for each in selectors]
        left, top = (min(box[at] for box in boxes) for at in (0, 1))
        right, bottom = (max(box[at] for box in boxes) for at in (2, 3))
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": 1}
        taken = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        picture = Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
        corner: Any = picture.getpixel((0, 0))
        return ImageOps.expand(picture, _MARGIN, corner)

    def only_columns(self, *names: str) -> None:
        """Hide the other columns of the tables of the open page."""
        self._script(_ONLY_COLUMNS, names)

    def close(self) -> None:
        """End the browser."""
        if self._driver is not None:
            self._driver.quit()

    def _script(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def _wait(self, condition: str) -> None:
        until = time.monotonic() + 60
        while not self._script(f"return {condition}"):
            assert time.monotonic() < until, condition
            time.sleep(0.1)


_BOX = """
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];
"""
_ONLY_COLUMNS = """
for (const table of document.querySelectorAll("table")) {
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  for (const row of table.rows) {
    [...row.cells].forEach((cell, at) => { cell.hidden = !arguments[0].includes(headings[at]); });
  }
}
"""


def beside(pictures: Sequence[Picture]) -> Picture:
    """Return pictures beside each other."""
    whole = Image.new(
        "RGB", (sum(each.width for each in pictures), max(each.height for each in pictures)), _PAPER
    )
    across = 0
    for each in pictures:
        whole.paste(each, (across, 0))
        across += each.width
    return whole


def stacked(pictures: Sequence[Picture], width: int) -> Picture:
    """Return pictures of one width below each other."""
    fitted = [each.resize((width, width * each.height // each.width)) for each in pictures]
    whole = Image.new("RGB", (width, sum(each.height for each in fitted)), _PAPER)
    down = 0
    for each in fitted:
        whole.paste(each, (0, down))
        down += each.height
    return whole


def save(picture: Picture, file: Path) -> None:
    """Write a PNG, with fewer colours if it is large."""
    picture.save(file, optimize=True)
    if file.stat().st_size > _LARGE:
        picture.quantize(dither=Image.Dither.NONE).save(file, optimize=True)
