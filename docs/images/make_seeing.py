"""Makes where.png and features.png: what zookit shows of its Fashion-MNIST model and a test image.

Needs the full data set (`zookit data fetch fashion_mnist`).
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
IMAGE = ("fashion_mnist_cnn", "--image", "0")


def main() -> None:
    """Run the two commands of the page."""
    for words in (
        ("predict", *IMAGE, "--explain", str(HERE / "where.png"), "--force"),
        ("show", *IMAGE, "--features", "--sheet", str(HERE / "features.png"), "--force"),
    ):
        subprocess.run([sys.executable, "-m", "zookit", *words], check=True)


if __name__ == "__main__":
    main()
