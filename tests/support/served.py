"""What stands for a model where the server is tested, and real servers."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Ask = Callable[..., httpx.Response]
"""Sends a request to an application: method, path, and what httpx takes."""


def added_up(images: Pixels) -> npt.NDArray[np.float32]:
    """Return "probabilities" that depend on the pixels of each image alone, float32 (N, 10)."""
    exponents = np.exp(8 * (images.mean((1, 2, 3))[:, None] / 255 + np.arange(10) / 20))
    result: npt.NDArray[np.float32] = (exponents / exponents.sum(1, keepdims=True)).astype(
        np.float32
    )
    return result


def bright_places(images: Pixels, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return where images are bright, float32 (N, H, W)."""
    assert len(images) == len(labels)
    return (images[..., 0] / 255).astype(np.float32)


def png(pixels: Any, **options: Any) -> bytes:
    """Return an image as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(
        file, options.pop("format", "PNG"), **options
    )
    return file.getvalue()


def random_images(count: int, seed: int = 0) -> Pixels:
    """Return images of 28 x 28 grey pixels, uint8 (N, 28, 28)."""
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8)


@dataclass(frozen=True)
class RunningServer:
    """A process of `zookit serve`; `url` ends without a slash, `token` is empty if it has none."""

    process: subprocess.Popen[str]
    url: str
    token: str

    @property
    def address(self) -> str:
        """Return host and port."""
        return self.url.removeprefix("http://")

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, and return the exit code and what was written on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err


@contextmanager
def serving(*words: str, **variables: str) -> Iterator[RunningServer]:
    """Yield a server on a free port. What it writes on stdout is read until it has its address."""
    process = subprocess.Popen(
        # Not in the current folder, which may be a checkout with other metadata of zookit.
        [sys.executable, "-P", "-m", "zookit", "serve", *words, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("http://"):
                url, _, token = line.strip().partition("/?token=")
                yield RunningServer(process, url.rstrip("/"), token)
                break
        else:
            raise AssertionError(process.communicate(timeout=60))
    finally:
        process.kill()
        process.communicate()
