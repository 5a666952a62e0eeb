"""`zookit install` and `zookit uninstall` call the environment's own pip, or uv."""

import shutil
import sys
from pathlib import Path

import pytest
from conftest import Command
from fresh_environment import FreshEnvironment
from plugin_site import MODULE, Site
from small_runs import copy_run, small_run
from small_wheel import Borrowing, write_wheel

from zookit.cli import packages
from zookit.cli.packages import changes

OPTIONS = ("--", "--no-index", "--no-deps", "--quiet")


def test_a_package_is_installed_and_uninstalled(tmp_path: Path) -> None:
    environment = Borrowing(tmp_path / "env")
    installed = environment.zookit("install", write_wheel(tmp_path), *OPTIONS, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    assert "architectures small_net; callbacks small_bell" in installed.stdout
    run = copy_run(small_run(), tmp_path)
    text = (run / "environment.json").read_text()
    owner = next(part for part in text.split('"') if part.startswith("zookit=="))
    (run / "environment.json").write_text(text.replace(owner, "zookit_Small==1.0"))
    removed = environment.zookit("uninstall", "zookit_small", "--", "--yes", cwd=tmp_path)
    assert removed.returncode == 0, removed.stderr
    first, *_, last = removed.stdout.splitlines()
    assert "small_net" in first
    assert "small_net" in last
    assert last.startswith("Removed")
    assert f"1 run in runs cannot be rebuilt without it: {run.name}" in removed.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("fresh environment")
def test_in_a_fresh_environment(fresh: FreshEnvironment, tmp_path: Path) -> None:
    first, second = write_wheel(tmp_path), write_wheel(tmp_path, "2.0", bell=False)
    script = "zookit install {} -- --no-index && zookit list architectures"
    assert "small_net" in fresh.run(script.format(first.name), tmp_path).out
    newer = fresh.run(script.format(second.name), tmp_path).out
    assert "Updated zookit-small from 1.0 to 2.0." in newer
    assert "Removed plugins: callbacks small_bell." in newer
    # pip asks by itself, and this process's input is empty.
    asked = fresh.run("zookit uninstall zookit-small || echo refused", tmp_path).out
    assert "refused" in asked
    removed = fresh.run("zookit uninstall zookit-small -- --yes", tmp_path).out
    assert "Removed plugins: architectures small_net." in removed
    assert "zookit-small" in fresh.message("zookit uninstall zookit-small", tmp_path)


def test_the_exit_code_is_that_of_pip(
    zookit: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing = [sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)"]
    monkeypatch.setattr(packages, "tool", lambda command: [*failing, command])
    # Both a package and the exporter that needs it.
    ended = zookit("install", "zookit-none==1.0", "onnx", "--", "--pre")
    assert ended.code == 7
    assert "['install', 'zookit-none==1.0', 'onnx', '--pre']" in ended.out


def test_uv_is_called_where_there_is_no_pip(
    monkeypatch: pytest.MonkeyPatch, zookit: Command, tmp_path: Path
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "ensurepip" in zookit("install", "zookit-none").message()
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "$@"\n')
    uv.chmod(0o755)
    ended = zookit("install", "zookit-none")
    assert f"pip install --python {sys.executable} zookit-none" in ended.out
    assert ended.code == 0


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("install", "dense:units=8"), ("dense", "architectures", "package")),
        (("install", "net.py"), ("zookit --plugin net.py",)),
        (("install", "a b"), ("'a b'",)),
        (("install", "../none"), ("../none",)),
        (("uninstall", "zookit"), ("zookit does not", "-m pip uninstall zookit")),
        (("uninstall", "Zookit"), ("zookit does not",)),
        (("uninstall", "keras"), ("keras", "-m pip uninstall keras")),
        (("uninstall", "net.py"), ("ZOOKIT_PLUGINS",)),
        (("uninstall", "--", "-r", "list.txt"), ("package", "-r list.txt")),
    ],
)
def test_nonsense_is_refused(
    zookit: Command, arguments: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    message = zookit(*arguments).message()
    for each in parts:
        assert each in message


def test_changes_name_kinds_and_versions() -> None:
    before = {("callbacks", "b", "p==1"), ("callbacks", "a", "p==1"), ("metrics", "m", "q==1")}
    after = {("callbacks", "a", "p==2"), ("datasets", "d", "p==2"), ("metrics", "m", "q==1")}
    assert list(changes(before, after)) == [
        "Updated p from 1 to 2.",
        "New plugins: datasets d.",
        "Removed plugins: callbacks b.",
    ]
    assert list(changes(before, before)) == []


def test_a_plugin_that_was_renamed_is_neither_new_nor_removed() -> None:
    before = {("metrics", "alpha", "p==1"), ("metrics", "gone", "p==1")}
    after = {("metrics", "beta", "p==2"), ("metrics", "more", "p==2")}
    former = {("metrics", "alpha"): "beta", ("metrics", "older"): "beta"}
    assert list(changes(before, after, former)) == [
        "Updated p from 1 to 2.",
        "Renamed plugins: metrics alpha is now beta. The old names still work.",
        "New plugins: metrics more.",
        "Removed plugins: metrics gone.",
    ]
    assert list(changes(after, after, former)) == []


def test_old_names_are_those_of_the_version_installed_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    site, names = Site(tmp_path), ["alpha", "beta", "gamma"]
    found = []
    for at, name in enumerate(names):
        formerly = f"formerly = {tuple(names[:at])}"
        site.module("renaming_nets", MODULE.replace("units:", f"{formerly}\n        units:"))
        for folder in tmp_path.glob("*.dist-info"):
            shutil.rmtree(folder)
        points = "\n".join(f"{each} = renaming_nets:Net" for each in names[: at + 1])
        site.install("zookit-a", points, version=f"{at}")
        shown = {each.name for each in packages.entries()} & {*names}
        former = {k: v for k, v in packages.former_names().items() if v in names}
        assert shown == {name}
        found.append(former)
    old = ("architectures", "alpha"), ("architectures", "beta")
    assert found == [{}, {old[0]: "beta"}, {old[0]: "gamma", old[1]: "gamma"}]
