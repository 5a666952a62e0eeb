"""A pushed run in a store that fsspec knows: S3, GCS, the Hugging Face hub."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from zookit.core import NotInstalled, ZookitError
from zookit.core.addresses import without_secrets
from zookit.core.errors import reason_of
from zookit.core.progress import Advance
from zookit.data.transfer import OutOfTimeError, within
from zookit.remote.storage import BLOCK, NotThere, RemoteError, Unreachable, WritableStorage

T = TypeVar("T")

SECONDS = 30.0
"""Seconds without an answer after which a store counts as unreachable."""
_BLOCK = BLOCK // 4
"""The bytes that are read, and as many are read ahead: few, so that they arrive in time."""
_AWS = "AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws"
_GOOGLE = "gcloud auth application-default login"
_CREDENTIALS = {
    **dict.fromkeys(("s3", "s3a"), _AWS),
    **dict.fromkeys(("gs", "gcs"), _GOOGLE),
    "hf": "HF_TOKEN, or hf auth login",
}
"""The protocols whose packages `zookit[remote]` installs, and where their credentials come from."""
_LOGGERS = ("aiobotocore", "asyncio", "botocore", "fsspec", "gcsfs", "s3fs")
_PATIENCE = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 2}}
"""What botocore waits for; its defaults add up to minutes."""


class FsspecStorage(WritableStorage):
    """The storage at an address of any protocol that fsspec knows.

    Credentials are those that the store's own tools use. Raises NotInstalled without the packages
    of the protocol, and RemoteError if the address is not valid.
    """

    def __init__(self, url: str) -> None:
        self._protocol, _, rest = url.partition("://")
        self._protocol = self._protocol.lower()
        url = f"{self._protocol}://{rest}"
        super().__init__(url)
        try:
            import fsspec

            fsspec.get_filesystem_class(self._protocol)
        except ImportError as error:
            raise self._not_installed(error) from None
        except ValueError:
            raise RemoteError(
                f"{self.address} has an unknown protocol, {self._protocol}. Use a folder, "
                "s3://BUCKET/RUN, gs://BUCKET/RUN or hf://USER/REPOSITORY/RUN."
            ) from None
        for name in _LOGGERS:
            # What they log of a failure is in the error, unless the program has its own handlers.
            logging.getLogger(name).addHandler(logging.NullHandler())
        if "::" in url:
            raise RemoteError(f"{self.address} is a chain of addresses. Pass the one of a folder.")
        self._files, root = self._call(self.address, lambda: self._opened(url))
        self._root = str(root).rstrip("/")

    def _opened(self, url: str) -> tuple[Any, Any]:
        import fsspec

        # Without a cache: it may remember what was there before, or other credentials.
        options = _options(self._protocol)
        found: tuple[Any, Any] = fsspec.url_to_fs(url, skip_instance_cache=True, **options)
        return found

    def blocks(self, name: str, start: int) -> Iterator[bytes]:
        """See `Storage`."""
        file = self._call(
            self.at(name), lambda: self._files.open(self._path(name), "rb", block_size=_BLOCK)
        )
        try:
            if start:
                file.seek(start)
            while block := self._call(self.at(name), lambda: file.read(_BLOCK)):
                yield block
        finally:
            file.close()

    def size(self, name: str) -> int | None:
        """See `Storage`."""
        self._files.invalidate_cache()
        try:
            found = self._call(self.at(name), lambda: self._files.info(self._path(name)))
        except NotThere:
            return None
        return found["size"] if found.get("type") == "file" else None

    def send(self, path: Path, name: str, advance: Advance) -> None:
        """See `Storage`."""
        from fsspec.callbacks import Callback

        callback = Callback()
        callback.relative_update = advance
        # However long it takes: the store's own limits of time hold.
        try:
            self._call(
                self.at(name),
                lambda: self._files.put_file(str(path), self._path(name), callback=callback),
                limited=False,
            )
        except NotThere:
            if not path.exists():
                raise RemoteError(f"{path} was removed while it was pushed.") from None
            raise RemoteError(
                f"{self.address} cannot be written: its bucket or repository does not exist. "
                "Check the name, or create it first with the tools of its store."
            ) from None

    def remove(self, name: str) -> None:
        """See `Storage`."""
        if self.size(name) is not None:
            self._call(self.at(name), lambda: self._files.rm_file(self._path(name)))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _call(self, where: str, call: Callable[[], T], *, limited: bool = True) -> T:
        """Return what a function of fsspec returns. Raises RemoteError and NotInstalled."""
        try:
            return within(SECONDS if limited else None, call)
        except OutOfTimeError:
            raise Unreachable(
                f"{where} did not answer within {SECONDS:g} s. Check the address and the "
                "network, and run the command again."
            ) from None
        except Exception as error:  # noqa: BLE001 - stores raise what their own libraries raise
            raise self._failed(where, error) from None

    def _failed(self, where: str, error: Exception) -> ZookitError:
        if isinstance(error, ImportError):
            return self._not_installed(error)
        if isinstance(error, FileNotFoundError):
            return NotThere(f"{where} does not exist.")
        reason = without_secrets(reason_of(error)).rstrip(".")
        if isinstance(error, PermissionError):
            return RemoteError(
                f"{where}: access was denied ({reason}). Check {self._credentials()}."
            )
        return Unreachable(
            f"{where} cannot be reached: {reason}. Check the address, the network and "
            f"{self._credentials()}."
        )

    def _credentials(self) -> str:
        """Return a name for the credentials that count, and where its tools look for them."""
        source = _CREDENTIALS.get(self._protocol)
        return f"the credentials of its store{f' ({source})' if source else ''}"

    def _not_installed(self, error: ImportError) -> NotInstalled:
        needs = f"{self.address} needs a package that is not installed"
        if self._protocol in _CREDENTIALS:
            return NotInstalled(f"{needs}. Run: pip install 'zookit[remote]'")
        return NotInstalled(
            f"{needs}: {reason_of(error).rstrip('.')}. Run: pip install 'zookit[remote]', and the "
            "package of that protocol"
        )


def _options(protocol: str) -> dict[str, Any]:
    """Return what to pass to the file system of a protocol."""
    if protocol not in ("s3", "s3a"):
        return {}
    from fsspec.config import conf

    # What the user has configured for fsspec comes first.
    return {"config_kwargs": {**_PATIENCE, **conf.get(protocol, {}).get("config_kwargs", {})}}
