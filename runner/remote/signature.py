"""Signatures of runs and of wheels, as the OpenSSF model-signing library makes them.

A run's signature is the file `model.sig` in its folder, and that of a wheel is `WHEEL.sig` beside
it. The library's own command verifies both.
"""

import base64
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from getpass import getpass
from pathlib import Path
from shlex import quote
from typing import Any

from zookit.core import NotInstalled
from zookit.core.data.writing import written_aside
from zookit.core.errors import reason_of, reraise_interruption
from zookit.core.messages import listed, option
from zookit.core.reading import parse_json, read_bounded, read_text_bounded
from zookit.data.hashes import sha256_of_file
from zookit.remote.manifest import OF_THIS_MACHINE, Manifest, files_of, left_out_of
from zookit.remote.storage import RemoteError, unwritable

SIGNATURE = "model.sig"
_LARGEST = 16_000_000
_LARGEST_KEY = 100_000
"""The largest sizes of a signature and of a key, in bytes."""
_SHOWN = 5
"""The most files that a message names."""
_NEW_KEY = (
    "openssl ecparam -name prime256v1 -genkey -noout -out KEY.pem, and its public key with: "
    "openssl ec -in KEY.pem -pubout -out KEY.pub"
)


def signature_of(target: Path) -> Path:
    """Return the path of the signature of a run's folder or of a wheel."""
    return target / SIGNATURE if target.is_dir() else target.with_name(f"{target.name}.sig")


def sign(target: Path, key: Path) -> Path:
    """Sign a run's folder or a wheel with a private key, and return the signature's path.

    The key is a PEM file of an elliptic curve. A password is asked for at a terminal.

    Raises:
        RemoteError: the key cannot be used.
        BadRun: the folder has more than regular files.
        FolderError: the signature cannot be written.
        NotInstalled: the library is not installed.
    """
    library, signature = _library(), signature_of(target)
    _read_key(key)
    hashing = _hashing(library, target)
    password = _password(key)
    with _failures(f"{target} cannot be signed with {key}", _needs_private):
        config = library.signing.Config().set_hashing_config(hashing)
        config.use_elliptic_key_signer(private_key=key, password=password)
    try:
        with written_aside(signature) as aside, _failures(f"{target} cannot be signed"):
            config.sign(target, aside)
    except OSError as error:
        raise unwritable(signature, error) from None
    return signature


def verify(target: Path, key: Path) -> None:
    """Verify the signature of a run's folder or of a wheel with a public key.

    Raises RemoteError if it is not signed, signed with another key or was changed since, BadRun if
    the folder has more than regular files, and NotInstalled without the library.
    """
    library, signature = _library(), signature_of(target)
    config = _verifier(library, key)
    try:
        read_bounded(signature, _LARGEST)
    except FileNotFoundError:
        raise RemoteError(
            f"{target} is not signed: {signature.name} is missing. Ask its author to sign it, or "
            "use it without verifying it."
        ) from None
    except OSError as error:
        raise RemoteError(f"{signature} cannot be read: {error.strerror or error}.") from None
    config.set_hashing_config(_hashing(library, target))
    with _failures(
        f"the signature of {target} is not valid", lambda error: _not_signed(error, target)
    ):
        config.verify(target, signature)


def check_key(key: Path) -> None:
    """Raise RemoteError if a public key cannot be used, before anything is pulled."""
    _verifier(_library(), key)


def check_current(folder: Path, manifest: Manifest) -> None:
    """Raise RemoteError if a run was changed since it was signed."""
    signature = folder / SIGNATURE
    signed = _signed_files(signature)
    files = {name: each.sha256 for name, each in manifest.files.items() if name != SIGNATURE}
    if signed != files:
        command = f"'zookit sign {quote(str(folder))} --key KEY.pem'"
        again = option(command, "zookit.sign(run, key)")
        raise RemoteError(
            f"{folder} was changed since it was signed. Sign it again with {again}, or remove "
            f"{signature}."
        )


def _signed_files(signature: Path) -> dict[str, str]:
    """Return the hashes of the files that a signature is for, without verifying it."""
    try:
        bundle = parse_json(read_text_bounded(signature, _LARGEST))
        statement = parse_json(base64.b64decode(bundle["dsseEnvelope"]["payload"]).decode())
        return {each["name"]: each["digest"] for each in statement["predicate"]["resources"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _library() -> Any:
    try:
        import model_signing  # slow to import
    except ImportError:
        raise NotInstalled(
            "signatures need a package that is not installed. Run: pip install 'zookit[signing]'"
        ) from None
    return model_signing


def _hashing(library: Any, target: Path) -> Any:
    """Return how a target is hashed: of a run what is pushed, without the signature."""
    paths: set[str] = set()
    if target.is_dir():
        for _ in files_of(target):  # raises BadRun for others than regular files
            pass
        # Even what is not there yet: the library's command reads these names from the signature.
        paths = {SIGNATURE, *OF_THIS_MACHINE, *left_out_of(target)}
    config = library.hashing.Config().use_file_serialization()
    return config.set_ignored_paths(paths=sorted(paths), ignore_git_paths=False)


def _verifier(library: Any, key: Path) -> Any:
    _read_key(key)
    with _failures(f"{key} is not a public key that can verify", _needs_public):
        return library.verifying.Config().use_elliptic_key_verifier(public_key=key)


def _read_key(key: Path) -> bytes:
    try:
        return read_bounded(key, _LARGEST_KEY)
    except OSError as error:
        raise RemoteError(
            f"the key {key} cannot be read: {error.strerror or error}. A new key: {_NEW_KEY}"
        ) from None


def _password(key: Path) -> Any:
    """Return the password of a private key, None if it has none."""
    if b"ENCRYPTED" not in _read_key(key):
        return None
    if not sys.stdin.isatty():
        raise RemoteError(
            f"{key} has a password, which can only be asked for at a terminal. Use a key without "
            "one, which only you can read."
        )
    return getpass(f"Password of {key}: ").encode()


@contextmanager
def _failures(what: str, explained: Callable[[Exception], str] = reason_of) -> Iterator[None]:
    """Turn whatever the library raises into one line; keep what it prints to itself."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - it raises what its own libraries raise
        reraise_interruption(error)
        raise RemoteError(f"{what}: {explained(error)}") from None


def _needs_private(error: Exception) -> str:
    return (
        f"expected a private key of the curve P-256, P-384 or P-521{_reason(error)}. A new one: "
        f"{_NEW_KEY}"
    )


def _needs_public(error: Exception) -> str:
    return (
        f"expected a public key of the curve P-256, P-384 or P-521{_reason(error)}. To get it from "
        "a private key: openssl ec -in KEY.pem -pubout -out KEY.pub"
    )


def _reason(error: Exception) -> str:
    """Return why a key was refused; of a key of another kind, the library looks for its curve."""
    if isinstance(error, AttributeError):
        return ", got another kind of key"
    return f" ({reason_of(error)})"


def _not_signed(error: Exception, target: Path) -> str:
    from cryptography.exceptions import InvalidSignature

    if isinstance(error, InvalidSignature):
        return "it was not made with this key, or was changed."
    if str(error).startswith("Signature mismatch"):
        if not target.is_dir():
            return "the file was changed since."
        signed = _signed_files(signature_of(target)).items()
        found = {name: sha256_of_file(path) for name, path in files_of(target)}
        found.pop(SIGNATURE, None)
        names = sorted({name for name, _ in signed ^ found.items()})
        return f"since then these were added, changed or removed: {listed(names, _SHOWN)}."
    return f"{reason_of(error).rstrip('. ')}."
