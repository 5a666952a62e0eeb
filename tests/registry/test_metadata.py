"""Entry points are read from metadata, and bad metadata affects nobody else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from bounded import bounded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugin_site import Site

from zookit.registry import Problem, Registry

HEAD = b"Metadata-Version: 2.1\nName: alpha\nVersion: 1\n"


@pytest.mark.parametrize("again", ["alpha", "Alpha", "al-pha"])
def test_a_distribution_that_is_found_twice_counts_once(
    site: Site, tmp_path: Path, again: str
) -> None:
    name = "al.pha" if "-" in again else "alpha"
    site.install(name, "net = nets:Net", version="2.0")
    behind = Site(tmp_path / "behind")
    behind.install(again, "net = nets:Net\nold = nets:Net", version="1.0")
    registry = Registry(path=[str(site.path), str(behind.path)])
    assert [entry.owner for entry in registry.architectures.entries()] == [f"{name}==2.0"]


def test_a_distribution_behind_one_without_plugins_does_not_count(
    site: Site, tmp_path: Path
) -> None:
    site.install("al-pha", "tool = tools:main", group="console_scripts", version="2.0")
    behind = Site(tmp_path / "behind")
    behind.install("al.pha", "net = nets:Net", version="1.0")
    behind.install("beta", "good = nets:Net")
    registry = Registry(path=[str(site.path), str(behind.path)])
    assert list(registry.architectures) == ["good"]


@pytest.mark.parametrize(
    ("components", "metadata", "problem"),
    [
        (
            "nonsense",
            None,
            Problem("alpha-1.0.dist-info", "its entry_points.txt is malformed"),
        ),
        (
            "net = nets:Net",
            b"",
            Problem("alpha-1.0.dist-info", "its METADATA file is missing"),
        ),
        (
            "net = nets:Net",
            b"Metadata-Version: 2.1\nVersion: 1\n\nName: alpha\n",
            Problem("alpha-1.0.dist-info", "its METADATA has no name or version"),
        ),
        (
            "net = nets:Net",
            b"Name: alpha\nVersion:\n",
            Problem("alpha-1.0.dist-info", "its METADATA has no name or version"),
        ),
        (
            "net = nets:Net",
            b"Name: al/ pha\nVersion: 1\n",
            Problem("alpha-1.0.dist-info", "its METADATA has an invalid name: 'al/ pha'"),
        ),
        (
            "Net = nets:Net",
            HEAD,
            Problem(
                "alpha==1",
                "the name 'Net' in 'zookit.architectures' must consist of lower-case letters, "
                "digits and _, and start with a letter",
            ),
        ),
        (
            "beta/net = nets:Net",
            HEAD,
            Problem(
                "alpha==1",
                "the name 'beta/net' in 'zookit.architectures' must consist of lower-case "
                "letters, digits and _, and start with a letter",
            ),
        ),
        *(
            (
                f"net = {value}",
                HEAD,
                Problem(
                    "alpha==1",
                    f"net = {value!r} in 'zookit.architectures' must be module:Class",
                ),
            )
            for value in (
                "nets",
                "nets.Net",
                "nets:",
                ":Net",
                "ne-ts:Net",
                "nets:Net [gpu",
                "nets:Net]",
                "",
            )
        ),
    ],
)
def test_bad_metadata_is_a_problem_and_does_not_affect_others(
    site: Site, components: str, metadata: bytes | None, problem: Problem
) -> None:
    site.install("alpha", components, metadata=metadata)
    site.install("beta", "good = nets:Net")
    nets = site.architectures
    assert nets.problems == [problem]
    assert list(nets) == ["good"]


def test_metadata_that_is_not_utf8_is_a_problem(site: Site) -> None:
    site.install("alpha", "a = nets:Net", metadata=HEAD + b"Author: J\xf6rg\n")
    site.install("beta", "b = nets:Net")
    (site.path / "beta-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe")
    site.install("gamma", "c = nets:Net")
    nets = site.architectures
    assert list(nets) == ["c"]
    assert sorted(problem.distribution for problem in nets.problems) == [
        "alpha-1.0.dist-info",
        "beta-1.0.dist-info",
    ]
    assert all("utf-8" in problem.reason for problem in nets.problems)


def test_metadata_may_be_missing_altogether(site: Site) -> None:
    site.install("alpha", "a = nets:Net")
    (site.path / "alpha-1.0.dist-info" / "METADATA").unlink()
    site.install("beta", "b = nets:Net")
    (site.path / "beta-1.0.dist-info" / "entry_points.txt").unlink()
    (site.path / "gamma-1.0.dist-info").write_text("not a folder")
    nets = site.architectures
    assert list(nets) == []
    assert nets.problems == [Problem("alpha-1.0.dist-info", "its METADATA file is missing")]


def test_a_description_is_not_read_as_header(site: Site) -> None:
    metadata = b"Metadata-Version: 2.1\r\nname: alpha\r\nVERSION: 1.5\r\n\r\nName: beta\r\n"
    site.install("x", "net = nets:Net", metadata=metadata)
    assert site.architectures["net"].owner == "alpha==1.5"


def sparse(path: Path) -> None:
    path.unlink()
    path.touch()
    os.truncate(path, 40 * 2**30)


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def latin(path: Path) -> None:
    path.write_bytes(b"Name: \xff\n[zookit.architectures]\n\xff = a:b\n")


def endless(path: Path) -> None:
    path.write_text("[zookit.architectures]\n" + "".join(f"n{at}=a:b\n" for at in range(500_000)))


def several(path: Path) -> None:
    path.write_text("[zookit.architectures]\n" + "".join(f"n{at}=a:b\n" for at in range(20_000)))


def deep_value(path: Path) -> None:
    path.write_text(f"[zookit.architectures]\nnet = {'a.' * 100_000}b:C\n")


def deep_name(path: Path) -> None:
    path.write_text(f"[zookit.architectures]\n{'n' * 100_000} = nets:Net\n")


def problem_beside_a_healthy_one(site: Site, name: str, damage: Callable[[Path], None]) -> Problem:
    """Damage a metadata file of one of two distributions; the other one is found, in time."""
    site.install("alpha", "net = nets:Net")
    site.install("beta", "good = nets:Net")
    damage(site.path / "alpha-1.0.dist-info" / name)
    with bounded(10):
        nets = site.architectures
        assert list(nets) == ["good"]
    (problem,) = nets.problems
    return problem


@pytest.mark.parametrize("damage", [sparse, fifo, device, loop, folder, latin])
@pytest.mark.parametrize("name", ["entry_points.txt", "METADATA"])
def test_a_file_that_is_no_text_affects_its_own_distribution_alone(
    site: Site, name: str, damage: Callable[[Path], None]
) -> None:
    problem = problem_beside_a_healthy_one(site, name, damage)
    assert problem.distribution == "alpha-1.0.dist-info"
    assert len(problem.reason) < 300


@pytest.mark.parametrize("damage", [endless, several, deep_value, deep_name])
def test_too_many_entry_points_and_too_long_ones_are_a_problem_of_one_line(
    site: Site, damage: Callable[[Path], None]
) -> None:
    problem = problem_beside_a_healthy_one(site, "entry_points.txt", damage)
    assert problem.name == "alpha"
    assert len(problem.reason) < 400


def test_what_zookit_does_not_read_of_metadata_does_not_matter(site: Site) -> None:
    description = b"\n\n" + b"x" * 3_000_000 + b"\xff"
    site.install("alpha", "net = nets:Net", metadata=HEAD + description)
    nets = site.architectures
    assert list(nets) == ["net"]
    assert not nets.problems


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_search_path_may_contain_anything(site: Site, tmp_path: Path) -> None:
    site.install("alpha", "net = nets:Net")
    pipe, link, missing, file = (tmp_path / each for each in ("pipe", "link", "missing", "file"))
    os.mkfifo(pipe)
    link.symlink_to(link)
    file.write_text("no archive")
    undecodable = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    Path(undecodable).mkdir()
    other = Site(Path(undecodable))
    other.install("beta", "good = nets:Net")
    odd = [str(each) for each in (pipe, link, missing, file)]
    with bounded(10):
        path = [*odd, "/dev/zero", "nul\0", undecodable, str(site.path)]
        assert list(Registry(path=path).architectures) == ["good", "net"]


@pytest.mark.parametrize("first", ["broken", "renamed", "without"])
def test_a_shadowed_distribution_offers_nothing(site: Site, tmp_path: Path, first: str) -> None:
    """Whatever is wrong with the copy that Python imports, the one behind it is not used."""
    site.install("alpha", "new = nets:Net", version="2.0")
    info = site.path / "alpha-2.0.dist-info"
    if first == "broken":
        (info / "entry_points.txt").write_text("nonsense\n")
    if first == "without":
        (info / "entry_points.txt").unlink()
    if first == "renamed":
        (info / "METADATA").write_bytes(HEAD.replace(b"alpha", b"gamma"))
    behind = Site(tmp_path / "behind")
    behind.install("Alpha", "old = nets:Net", version="1.0")
    registry = Registry(path=[str(site.path), str(behind.path)])
    assert "old" not in registry.architectures


def test_a_hyphen_and_a_digit_in_a_name_do_not_shadow_another(site: Site, tmp_path: Path) -> None:
    site.install("zoo-3d", "three = nets:Net", folder="zoo-3d-1.0.dist-info")
    site.install("zoo", "two = nets:Net", version="1.0")
    assert list(site.architectures) == ["three", "two"]


def test_what_an_interrupted_pip_leaves_does_not_count(site: Site) -> None:
    site.install("alpha", "old = nets:Net", folder="~lpha-1.0.dist-info")
    site.install("alpha", "new = nets:Net", version="2.0")
    assert list(site.architectures) == ["new"]


def test_plugins_in_an_egg_are_found(site: Site) -> None:
    for name in ("alpha", "beta"):
        egg = site.path / f"{name}-1.0-py3.11.egg"
        Site(egg).install(name, f"{name} = nets:Net", folder="EGG-INFO")
        (egg / "EGG-INFO" / "METADATA").rename(egg / "EGG-INFO" / "PKG-INFO")
    path = [str(each) for each in sorted(site.path.glob("*.egg"))]
    assert list(Registry(path=path).architectures) == ["alpha", "beta"]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    points=st.one_of(
        st.binary(max_size=300),
        st.text(st.sampled_from("[]=:.;# zok\t\r\n\ufeffé"), max_size=200).map(str.encode),
    ),
    metadata=st.one_of(st.none(), st.binary(max_size=200)),
)
def test_any_bytes_are_plugins_or_a_problem(
    site: Site, points: bytes, metadata: bytes | None
) -> None:
    info = site.path / "alpha-1.0.dist-info"
    if not info.exists():
        site.install("alpha", "")
        site.install("beta", "good = nets:Net")
    (info / "entry_points.txt").write_bytes(b"[zookit.architectures]\n" + points)
    (info / "METADATA").write_bytes(HEAD if metadata is None else metadata)
    with bounded(10):
        nets = site.architectures
        assert "good" in nets
        assert all("\n" not in f"{each.distribution} {each.reason}" for each in nets.problems)
