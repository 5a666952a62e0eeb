"""Which parameters name files that a component reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from annotated_types import Ge

from zookit.core import Architecture, Callback, Doc, InputFile
from zookit.core.declaration import declaration_complaint
from zookit.core.input_files import file_name, input_files, replaced_paths, with_input_files
from zookit.plugins import CsvLogger, ImageFolder


@dataclass(frozen=True)
class Net(Architecture):
    """Has inputs of every form."""

    one: Path
    maybe: Annotated[Path | None, Doc("May be left out.")] = None
    several: tuple[Path, ...] = ()
    noted: Annotated[tuple[Annotated[Path, Doc("One.")], ...], Doc("Some.")] = ()
    text: str = "/not/a/path"

    def features(self, images: Any) -> Any:
        return images


@dataclass(frozen=True)
class Table(Callback):
    """Reads a file and writes another."""

    table: Annotated[Path, Doc("Read."), InputFile()]
    log: Annotated[Path | None, Doc("Written.")] = None

    def build(self) -> Any:
        return None


ONE = Path("/a/one")
NET = Net(ONE, several=(Path("/b"), Path("/c")), noted=(Path("/d"),))


def test_paths_of_architectures_are_inputs() -> None:
    assert input_files(NET) == {
        "one": ONE,
        "several.0": Path("/b"),
        "several.1": Path("/c"),
        "noted.0": Path("/d"),
    }
    assert input_files(Net(ONE, Path("/maybe")))["maybe"] == Path("/maybe")


def test_other_paths_are_inputs_if_they_are_marked() -> None:
    assert input_files(Table(Path("/t"), Path("/l"))) == {"table": Path("/t")}
    assert input_files(CsvLogger(Path("/log.csv"))) == {}
    # The data has a hash of its own.
    assert input_files(ImageFolder(Path("/photos"))) == {}


def test_a_component_with_other_files() -> None:
    other = with_input_files(NET, {"one": Path("/x"), "several.1": Path("/y")})
    assert (other.one, other.several) == (Path("/x"), (Path("/b"), Path("/y")))
    assert other.noted == NET.noted
    assert with_input_files(NET, {}) == NET
    assert replaced_paths({"a": ["1", "2"], "b": 3}, {"a.0": ONE}) == {"a": [str(ONE), "2"], "b": 3}


@dataclass(frozen=True)
class Renamed(Net):
    """Has parameters that had other names."""

    renamed: ClassVar[dict[str, str]] = {"first": "one", "many": "several"}


def test_files_by_the_old_names_of_their_parameters() -> None:
    net = Renamed(ONE, several=(Path("/b"), Path("/c")))
    other = with_input_files(net, {"first": Path("/x"), "many.1": Path("/y")})
    assert (other.one, other.several) == (Path("/x"), (Path("/b"), Path("/y")))


def test_a_mark_on_anything_but_a_path_is_reported() -> None:
    @dataclass(frozen=True)
    class Wrong(Callback):
        """Marks a number."""

        count: Annotated[int, Ge(0), InputFile()] = 0

        def build(self) -> Any:
            return None

    complaint = declaration_complaint(Wrong)
    assert complaint is not None
    assert "'count'" in complaint
    assert declaration_complaint(Table) is None


@pytest.mark.parametrize(
    ("path", "name"), [("/a/b.txt", "b.txt"), ("/a/..", "input"), ("/", "input"), ("/a/b/", "b")]
)
def test_the_name_of_a_copy_stays_in_its_folder(path: str, name: str) -> None:
    assert file_name(Path(path)) == name
