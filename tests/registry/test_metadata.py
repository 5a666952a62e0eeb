"""Entry points are read from metadata, and bad metadata affects nobody else."""

from pathlib import Path

import pytest
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
            for value in ("nets", "nets.Net", "nets:", ":Net", "ne-ts:Net", "nets:Net [gpu]", "")
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
