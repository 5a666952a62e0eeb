"""The public functions that push, pull, sign and verify runs."""

from pathlib import Path
from typing import TYPE_CHECKING

from zookit.api import find_and_open
from zookit.arguments import path_of
from zookit.core import BadParameter
from zookit.core.addresses import is_address, without_secrets
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.run_object import Run, open_folder
from zookit.runs.naming import find_named, warn_if_changed
from zookit.terminal import messages_shown

if TYPE_CHECKING:
    from zookit.core.progress import Progress
    from zookit.remote.pull import Pulled
    from zookit.remote.push import Pushed

_WHEEL = ".whl"


def push(
    run: str | Path | Run,
    url: str | Path,
    *,
    runs_dir: str | Path = "runs",
    sign: str | Path | None = None,
    force: bool = False,
    quiet: bool = False,
) -> "Pushed":
    """Copy a run to an address, except files that are already there.

    Warns first if the run names paths of this machine or addresses with secrets.

    Args:
        run: the run, or its name as `zookit.open_run` takes it.
        url: a folder, or an address such as `s3://BUCKET/RUN`; `hf://`, `gs://` and other protocols
            of fsspec work too. Only a folder needs no extra, `zookit[remote]`.
        runs_dir: the folder that holds the runs.
        sign: the file with the private key to sign the run with first; needs `zookit[signing]`.
        force: replace another run at the address.
        quiet: show only warnings.

    Returns:
        The `address` without secrets, the number of `files`, their `size` in bytes, and how many
        were `sent`.

    Raises:
        BadRun: there is no such run, it is being trained, or its folder has links or devices.
        ZookitError: the address cannot be reached or has another run, or the key cannot be used.
        NotInstalled: an extra is missing.
    """
    from zookit.remote.push import push_run  # loads requests

    with messages_shown(quiet):
        found = run if isinstance(run, Run) else find_and_open(run, runs_dir)
        warn_if_changed(found)
        key = None if sign is None else path_of(sign, "sign")
        return push_run(found, _text(url), key=key, force=force, progress=_progress(quiet))


def pull(
    url: str | Path,
    runs_dir: str | Path = "runs",
    *,
    verify: str | Path | None = None,
    quiet: bool = False,
) -> Run:
    """Copy a pushed run into a folder of runs, and open it.

    Every file is checked by its SHA-256, and the run appears once all of it is there. An
    interrupted pull continues where it stopped.

    Args:
        url: the address that the run was pushed to, or a web address that serves it.
        runs_dir: the folder of runs.
        verify: the file with the public key that must have signed the run; needs `zookit[signing]`.
        quiet: show only warnings.

    Raises:
        ZookitError: there is no run, it is not as it was pushed, or not signed with the key.
        BadRun: what was pushed is not a valid run.
        FolderError: the run cannot be written, or a different one of its name exists.
        NotInstalled: an extra is missing.
    """
    return open_folder(pull_folder(url, runs_dir, verify=verify, quiet=quiet).folder)


def pull_folder(
    url: str | Path, runs_dir: str | Path, *, verify: str | Path | None, quiet: bool
) -> "Pulled":
    """Pull a run as `pull` does, and return what was done."""
    from zookit.remote.pull import pull_run  # loads requests

    with messages_shown(quiet):
        key = None if verify is None else path_of(verify, "verify")
        into = path_of(runs_dir, "runs_dir")
        pulled = pull_run(_text(url), into, key=key, progress=_progress(quiet))
        warn_if_changed(open_folder(pulled.folder))
    return pulled


def sign(target: str | Path | Run, key: str | Path, *, runs_dir: str | Path = "runs") -> Path:
    """Sign a run or a wheel with the OpenSSF model-signing library (`zookit[signing]`).

    Args:
        target: a run, or its name as `zookit.open_run` takes it, or a wheel: a `.whl` file.
        key: the file with the private key, of an elliptic curve, in PEM format.
        runs_dir: the folder that holds the runs.

    Returns:
        The path of the signature: `model.sig` in the run's folder, or `WHEEL.sig`.

    Raises:
        BadRun: there is no such run.
        ZookitError: the key cannot be used.
        FolderError: the signature cannot be written.
        NotInstalled: the extra is missing.
    """
    from zookit.remote.signature import sign as sign_target

    when_pushed = option("zookit push RUN URL --sign KEY.pem", "zookit.push(run, url, sign=key)")
    path = _path_of(
        target,
        runs_dir,
        at_address=f"it cannot be signed there. Sign it when you push it: {when_pushed}",
        with_wheel=option("zookit sign FILE.whl --key KEY.pem", "zookit.sign(file, key)"),
    )
    return sign_target(path, path_of(key, "key"))


def verify(target: str | Path | Run, key: str | Path, *, runs_dir: str | Path = "runs") -> None:
    """Verify that a run or a wheel was signed with a key, and has not changed since.

    Args:
        target: as for `sign`.
        key: the file with the public key in PEM format.
        runs_dir: the folder that holds the runs.

    Raises:
        BadRun: there is no such run.
        ZookitError: the target is not signed, signed with another key, or has changed.
        NotInstalled: the extra is missing.
    """
    from zookit.remote.signature import verify as verify_target

    when_pulled = option("zookit pull URL --verify KEY.pub", "zookit.pull(url, verify=key)")
    path = _path_of(
        target,
        runs_dir,
        at_address=f"it cannot be verified there. Verify it when you pull it: {when_pulled}",
        with_wheel=option("zookit verify FILE.whl --key KEY.pub", "zookit.verify(file, key)"),
    )
    verify_target(path, path_of(key, "key"))


def _path_of(
    target: str | Path | Run, runs_dir: str | Path, *, at_address: str, with_wheel: str
) -> Path:
    """Return the folder of a run, or the path of a wheel.

    `at_address` is the error for an address, and `with_wheel` the call that takes a model's wheel.
    """
    from zookit.remote.storage import RemoteError

    if isinstance(target, Run):
        return target.folder
    path = path_of(target, "target")
    if path.suffix == _WHEEL and path.is_file():
        return path.absolute()
    if is_address(str(target)):
        raise RemoteError(f"{without_secrets(str(target))} is an address: {at_address}")
    found = find_named(str(target), path_of(runs_dir, "runs_dir"))
    if isinstance(found, Path):
        return found
    raise RemoteError(
        f"{found.name!r} is an installed model, and only its wheel has a signature. Pass the "
        f"wheel: {with_wheel}"
    )


def _text(url: object) -> str:
    if isinstance(url, str | Path):
        return str(url)
    raise BadParameter(f"url must be an address or a folder, got {quoted(url)}.")


def _progress(quiet: bool) -> "Progress":
    from zookit.core.progress import silent
    from zookit.terminal import bar

    return silent if quiet else bar
