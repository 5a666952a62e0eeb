"""How much is downloaded of a data set whose name may stand for any amount."""

import os

from zookit.core import DataError

GIGABYTE = 10**9
_VARIABLE = "ZOOKIT_MAX_DOWNLOAD_GB"
_USUAL = 10.0


def check_download(where: str, size: int) -> None:
    """Raise DataError if a download is larger than ZOOKIT_MAX_DOWNLOAD_GB allows.

    The variable, not a parameter, because the limit decides nothing about the images.

    Args:
        where: the data set, for the message.
        size: the bytes to download.
    """
    most = _limit()
    if size > most * GIGABYTE:
        raise DataError(
            f"{where} has {size / GIGABYTE:,.1f} GB to download, more than the limit of {most:g} "
            f"GB. To download it, set {_VARIABLE}={-(-size // GIGABYTE)}."
        )


def _limit() -> float:
    text = os.environ.get(_VARIABLE)
    if not text:
        return _USUAL
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = 0.0
    if not gigabytes > 0:
        raise DataError(
            f"{_VARIABLE} is {text!r}, expected a number of gigabytes above 0. Set it to 20, for "
            f"example, or unset it for {_USUAL:g}."
        )
    return gigabytes
