"""Signatures of runs and wheels: made, verified, and refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bounded import bounded
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pushed_runs import Keys, contents, make_keys

from zookit.core import BadRun, NotInstalled
from zookit.remote.pull import pull_run
from zookit.remote.push import push_run
from zookit.remote.signature import SIGNATURE, sign, verify
from zookit.remote.storage import RemoteError
from zookit.runs.run import WEIGHTS, RunRecord

pytestmark = pytest.mark.xdist_group("shared runs")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(tmp_path)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "some_model-1.0-py3-none-any.whl"
    path.write_bytes(os.urandom(1000))
    return path


def test_a_run_is_signed_pushed_pulled_and_verified(
    run: RunRecord, tmp_path: Path, keys: Keys
) -> None:
    push_run(run, str(tmp_path / "shared"), key=keys.private)
    pulled = pull_run(str(tmp_path / "shared"), tmp_path / "new", key=keys.public)
    assert contents(pulled.folder) == contents(run.folder)
    assert (pulled.folder / SIGNATURE).is_file()
    verify(pulled.folder, keys.public)
    assert pull_run(str(tmp_path / "shared"), tmp_path / "new", key=keys.public).was_there


def test_a_wheel_is_signed_and_verified(wheel: Path, keys: Keys) -> None:
    assert sign(wheel, keys.private) == wheel.with_name(f"{wheel.name}.sig")
    verify(wheel, keys.public)
    content = bytearray(wheel.read_bytes())
    content[500] ^= 1
    wheel.write_bytes(content)
    with pytest.raises(RemoteError, match=r"signature of .* is not valid: the file was changed"):
        verify(wheel, keys.public)


def test_a_signature_names_nothing_of_this_machine(run: RunRecord, keys: Keys) -> None:
    (run.folder / ".zookit-secret").mkdir()
    (run.folder / ".lock").write_text("host")
    import base64
    import json

    bundle = json.loads(sign(run.folder, keys.private).read_text())
    statement = base64.b64decode(bundle["dsseEnvelope"]["payload"]).decode()
    assert str(run.folder.parent) not in statement
    verify(run.folder, keys.public)


@pytest.mark.parametrize("change", ["byte", "missing", "more", "renamed"])
def test_a_run_that_was_changed_is_not_verified(run: RunRecord, keys: Keys, change: str) -> None:
    sign(run.folder, keys.private)
    path = run.folder / WEIGHTS
    if change == "byte":
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    elif change == "missing":
        path.unlink()
    elif change == "more":
        (run.folder / ".gitignore").write_text("")
    else:
        path.rename(run.folder / "other")
    name = {"more": ".gitignore", "renamed": f"other, {WEIGHTS}"}.get(change, WEIGHTS)
    with pytest.raises(RemoteError, match=rf"signature of .* is not valid: .*: {name}\.") as raised:
        verify(run.folder, keys.public)
    assert "\n" not in str(raised.value)


def test_a_run_that_changed_since_it_was_signed_is_not_pushed(
    run: RunRecord, tmp_path: Path, keys: Keys
) -> None:
    sign(run.folder, keys.private)
    (run.folder / "note.txt").write_text("new")
    with pytest.raises(RemoteError, match=r"changed since it was signed.*zookit\.sign"):
        push_run(run, str(tmp_path / "shared"))
    push_run(run, str(tmp_path / "shared"), key=keys.private)
    assert pull_run(str(tmp_path / "shared"), tmp_path / "new", key=keys.public).files > 0


def test_what_stays_on_this_machine_is_not_signed(
    run: RunRecord, tmp_path: Path, keys: Keys
) -> None:
    (run.folder / "files" / "plot").mkdir(parents=True)
    (run.folder / "files" / "plot" / "x.part").write_text("half")
    (run.folder / "files" / "plot" / "report.html").write_text("of a callback")
    push_run(run, str(tmp_path / "shared"), key=keys.private)
    pulled = pull_run(str(tmp_path / "shared"), tmp_path / "new", key=keys.public).folder
    assert (pulled / "files" / "plot" / "report.html").is_file()
    for folder in (run.folder, pulled):
        (folder / "report.html").write_text("written later")
        verify(folder, keys.public)
    assert push_run(run, str(tmp_path / "shared")).sent == 0
    (pulled / "files" / "plot" / "report.html").write_text("changed")
    with pytest.raises(RemoteError, match="is not valid"):
        verify(pulled, keys.public)


def test_what_was_changed_where_it_was_pushed_is_not_pulled(
    run: RunRecord, tmp_path: Path, keys: Keys
) -> None:
    """Neither a hash nor the manifest helps against someone who can write there."""
    push_run(run, str(tmp_path / "shared"), key=keys.private)
    signature = (tmp_path / "shared" / SIGNATURE).read_bytes()
    forged = tmp_path / "forged" / run.name
    forged.parent.mkdir()
    pull_run(str(tmp_path / "shared"), forged.parent)
    (forged / "history.csv").write_text("epoch,loss,val_loss,accuracy\n1,0.0,0.0,1.0\n")
    (forged / SIGNATURE).unlink()
    from zookit.remote.manifest import MANIFEST, manifest_of

    (forged / SIGNATURE).write_bytes(signature)
    (forged / MANIFEST).write_bytes(manifest_of(forged).content())
    with pytest.raises(RemoteError, match=r"not valid.*history\.csv"):
        pull_run(str(forged), tmp_path / "new", key=keys.public)
    assert not (tmp_path / "new").exists()


def test_an_unsigned_run_says_so(run: RunRecord, tmp_path: Path, keys: Keys, wheel: Path) -> None:
    push_run(run, str(tmp_path / "shared"))
    with pytest.raises(RemoteError, match="is not signed, so nothing was pulled"):
        pull_run(str(tmp_path / "shared"), tmp_path / "new", key=keys.public)
    assert not (tmp_path / "new").exists()
    for target in (run.folder, wheel):
        with pytest.raises(RemoteError, match="is not signed"):
            verify(target, keys.public)


def test_a_signature_of_another_key_is_refused(run: RunRecord, tmp_path: Path, keys: Keys) -> None:
    sign(run.folder, keys.private)
    with pytest.raises(RemoteError, match="Key mismatch"):
        verify(run.folder, make_keys(tmp_path, "other").public)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 10_000, b'{"dsseEnvelope": 1}'])
def test_a_damaged_signature_is_refused(run: RunRecord, keys: Keys, content: bytes) -> None:
    (run.folder / SIGNATURE).write_bytes(content)
    with bounded(), pytest.raises(RemoteError, match="not valid") as raised:
        verify(run.folder, keys.public)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["missing", "text", "FIFO", "public", "ed25519", "rsa", "folder"])
def test_a_key_that_cannot_sign_is_an_error(
    run: RunRecord, tmp_path: Path, keys: Keys, kind: str
) -> None:
    key = tmp_path / "wrong"
    if kind == "text":
        key.write_text("secret")
    elif kind == "FIFO":
        os.mkfifo(key)
    elif kind == "public":
        key = keys.public
    elif kind == "folder":
        key.mkdir()
    elif kind in ("ed25519", "rsa"):
        wrong = (
            ed25519.Ed25519PrivateKey.generate()
            if kind == "ed25519"
            else rsa.generate_private_key(65537, 2048)
        )
        key.write_bytes(
            wrong.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    with bounded(), pytest.raises(RemoteError, match=f"{key}.*openssl") as raised:
        sign(run.folder, key)
    assert "\n" not in str(raised.value)
    assert "attribute" not in str(raised.value)
    assert not (run.folder / SIGNATURE).exists()


def test_a_private_key_is_refused_where_the_public_one_is_expected(
    run: RunRecord, tmp_path: Path, keys: Keys
) -> None:
    with pytest.raises(RemoteError, match=r"public key.*openssl ec"):
        pull_run(str(tmp_path / "nothing is asked"), tmp_path / "new", key=keys.private)


def test_a_key_with_a_password_needs_a_terminal(run: RunRecord, tmp_path: Path) -> None:
    keys = make_keys(tmp_path, "locked", password=b"secret")
    with pytest.raises(RemoteError, match=r"password.*terminal"):
        sign(run.folder, keys.private)


def test_a_password_is_asked_for_at_a_terminal(
    run: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = make_keys(tmp_path, "locked", password=b"secret")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("zookit.remote.signature.getpass", lambda _: "wrong")
    with pytest.raises(RemoteError, match="cannot be signed"):
        sign(run.folder, keys.private)
    monkeypatch.setattr("zookit.remote.signature.getpass", lambda _: "secret")
    sign(run.folder, keys.private)
    verify(run.folder, keys.public)


def test_only_regular_files_are_signed(run: RunRecord, keys: Keys) -> None:
    (run.folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(BadRun, match="link"):
        sign(run.folder, keys.private)


def test_without_the_library_the_extra_is_named(
    run: RunRecord, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "model_signing", None)
    with pytest.raises(NotInstalled, match=r"pip install 'zookit\[signing\]'"):
        sign(run.folder, keys.private)


@pytest.mark.slow
def test_the_command_of_the_library_verifies_what_zookit_signed(
    run: RunRecord, tmp_path: Path, keys: Keys, wheel: Path
) -> None:
    push_run(run, str(tmp_path / "shared"), key=keys.private)
    for target, signature in (
        (tmp_path / "shared", tmp_path / "shared" / SIGNATURE),
        (wheel, sign(wheel, keys.private)),
    ):
        command = [sys.executable, "-m", "model_signing", "verify", "key", str(target)]
        options = ["--signature", str(signature), "--public_key", str(keys.public)]
        ended = subprocess.run([*command, *options], capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
