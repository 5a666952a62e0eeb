"""Does what a page of the course says, as its readers do: types, writes files, starts servers."""

import contextlib
import gzip
import io
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest
from code_blocks import code_blocks, file_of
from conftest import ROOT, Command
from edited_plugin import forget_plugins, restore_plugins
from made_plugins import make_distribution
from served import serving
from shown_output import check_shown

import zookit

COURSE = ROOT / "docs" / "course"
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


class PageReader:
    """Follows a page in a folder; a text block has what the code before it printed."""

    def __init__(self, command: Command, folder: Path, patched: pytest.MonkeyPatch) -> None:
        self._zookit = command
        self._folder = folder
        self._patched = patched
        self._names: dict[str, object] = {"__name__": "__main__"}
        self._installed: list[str] = []

    def follow(self, page: Path) -> None:
        """Do everything, and compare what is shown with what comes out."""
        printed = ""
        for language, block in code_blocks(page.read_text(encoding="utf-8")):
            if language == "console":
                for command, shown in _COMMAND.findall(block):
                    found = self._type(command)
                    if shown:
                        check_shown(shown, found)
            elif name := file_of(block):
                self._write(self._folder / name, block)
            elif language == "python" and block not in _scripts().values():
                printed = self._execute(block, self._names)
            elif language == "text":
                check_shown(block, printed)

    def leave(self) -> None:
        """Forget the packages that the page has installed."""
        for name in [each for each in sys.modules if each.partition(".")[0] in self._installed]:
            del sys.modules[name]
        if self._installed:
            restore_plugins()

    def _type(self, line: str) -> str:
        """Return what a command prints."""
        name, *words = shlex.split(line)
        if (name, words[0]) == ("zookit", "serve"):
            return self._serve(words[1:])
        if name == "zookit":
            outcome = self._zookit(*words)
            assert outcome.code == 0, outcome
            self._patched.setenv("ZOOKIT_PLUGINS", "")  # --plugin is for one command
            return outcome.out
        if name == "python":
            return self._run(*words)
        if name == "cp":
            shutil.copy(self._folder / words[0], self._folder / words[1])
            return ""
        assert (name, words[:2]) == ("pip", ["install", "-e"]), line
        return self._install(self._folder / words[2])

    def _serve(self, words: list[str]) -> str:
        with serving(*words) as server:
            assert httpx.get(server.url).status_code == 200
            server.end()
        return ""

    def _run(self, name: str) -> str:
        """Run a file that the page has written, or a script beside it, which must fail."""
        if name not in _scripts():
            return self._execute((self._folder / name).read_text(), {"__name__": "__main__"})
        ended = subprocess.run(
            [sys.executable, COURSE / name],
            cwd=self._folder,
            env={**os.environ, "KERAS_HOME": str(_keras_home(self._folder / "keras"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert ended.returncode == 1, ended.stdout
        return ended.stdout

    def _execute(self, code: str, names: dict[str, object]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "page", "exec"), names)
        return out.getvalue()

    def _write(self, file: Path, block: str) -> None:
        """Write a new file, or the lines of a table that the file has already."""
        if not file.exists():
            file.write_text(block, encoding="utf-8")
            return
        text = file.read_text(encoding="utf-8")
        header, *lines = block.splitlines(keepends=True)[1:]
        there = [line for line in lines if line in text]
        assert header + "".join(there) in text
        assert there != lines
        file.write_text(text.replace(header + "".join(there), header + "".join(lines)))

    def _install(self, project: Path) -> str:
        """Put a package onto the path, as `pip install -e`; tests/slow/test_new.py runs pip."""
        described = tomllib.loads((project / "pyproject.toml").read_text())["project"]
        points = {
            group: "".join(f"{name} = {value}\n" for name, value in each.items())
            for group, each in described["entry-points"].items()
        }
        source = project / "src"
        make_distribution(source, described["name"], points)
        self._patched.syspath_prepend(source)
        self._installed += [folder.name for folder in source.iterdir() if folder.suffix == ""]
        forget_plugins()
        return ""


def _scripts() -> dict[str, str]:
    """Return the text of each script beside the pages."""
    return {file.name: file.read_text(encoding="utf-8") for file in COURSE.glob("*.py")}


def _keras_home(folder: Path) -> Path:
    """Return a folder where Keras finds Fashion-MNIST: zookit's sample."""
    files = folder / "datasets" / "fashion-mnist"
    files.mkdir(parents=True)
    splits = zookit.load_data("fashion_mnist", "sample").splits
    for name, split in (("train", splits.train), ("t10k", splits.test)):
        shape = struct.pack(">4i", 2051, *split.images.shape[:3])
        count = struct.pack(">2i", 2049, len(split.labels))
        for kind, content in (
            ("images-idx3", shape + split.images.tobytes()),
            ("labels-idx1", count + split.labels.astype("uint8").tobytes()),
        ):
            (files / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, 1))
    return folder
