"""File permissions that apply to root too."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager


def obey_permissions() -> None:
    """Obey file permissions even as root, who can otherwise write read-only files."""
    drop_from_bounding_set, may_override = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, may_override)


@contextmanager
def permissions_obeyed() -> Iterator[None]:
    """Obey file permissions in this thread, and in threads that it starts, even as root."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, of two words each
    assert libc.capget(header, sets) == 0
    former = sets[0]
    sets[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = former
        assert libc.capset(header, sets) == 0
