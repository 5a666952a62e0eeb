"""Makes report.png: trains a network on the full Fashion-MNIST and takes a picture of the report.

Needs the full data set (`zookit data fetch fashion_mnist`) and the program `chromium`.
"""

import subprocess
import tempfile
from pathlib import Path

import zookit

PICTURE = Path(__file__).with_name("report.png")
SIZE = "900,1228"
"""Width and height in pixels: down to the end of the curves."""


def main() -> None:
    """Train, write the report, and take its picture."""
    with tempfile.TemporaryDirectory() as folder:
        run = zookit.run(
            "fashion_mnist", "dense", epochs=10, validation=0.1, data="full", runs_dir=folder
        )
        page = run.report(Path(folder) / "report.html")
        options = ("--headless=new", "--no-sandbox", "--hide-scrollbars", f"--window-size={SIZE}")
        subprocess.run(
            ["chromium", *options, f"--screenshot={PICTURE}", page.absolute().as_uri()], check=True
        )


if __name__ == "__main__":
    main()
