"""A wheel of a plugin package, written without building it, and an environment for it."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from textwrap import dedent

_MODULE = """
    from dataclasses import dataclass
    from zookit.core import Architecture, Callback

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net.'''

        def features(self, images):
            return images

    class Bell(Callback):
        def build(self): ...
"""


def write_wheel(folder: Path, version: str = "1.0", bell: bool = True) -> Path:
    """Write the wheel of `zookit-small`, with an architecture and perhaps a callback."""
    info = f"zookit_small-{version}.dist-info"
    points = "[zookit.architectures]\nsmall_net = zookit_small:Net\n"
    points += "[zookit.callbacks]\nsmall_bell = zookit_small:Bell\n" * bell
    files = {
        "zookit_small.py": dedent(_MODULE),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: zookit-small\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": points,
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    path = folder / f"zookit_small-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return path


class Borrowing:
    """A virtual environment that also has the packages of this one, zookit and pip among them."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        self.python = folder / "bin" / "python"
        (site,) = folder.glob("lib/python*/site-packages")
        theirs = [each for each in sys.path if each.endswith("site-packages")]
        lines = [f"import site; site.addsitedir({each!r})" for each in theirs]
        (site / "borrowed.pth").write_text("\n".join(lines))

    def zookit(
        self, *arguments: str | Path, cwd: Path, given: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command, with an input."""
        return subprocess.run(
            [self.python, "-P", "-m", "zookit", *arguments],
            cwd=cwd,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
