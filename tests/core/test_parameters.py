"""A component's parameters: from text or plain values to a checked component, and back."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import numpy as np
import pytest
import tomli_w
from annotated_types import Ge, Gt, Le, Lt, MinLen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zookit.core import BadParameter, Component, DataError, Doc, Words
from zookit.core.declaration import Parameter, declaration_complaint, parameters
from zookit.core.parameters import (
    checked,
    create,
    plain_values,
    words_of,
)

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
Percent = Annotated[int, Ge(0), Le(100)]


@dataclass(frozen=True)
class Every(Component):
    """One parameter of every type."""

    count: Annotated[int, Gt(0), Doc("How many.")] = 3
    rate: Annotated[float, Ge(0), Lt(1), Doc("How often.")] = 0.5
    number: float = -1e20
    title: str = ""
    folder: Path = Path("here")
    colour: Literal["red", "green"] = "red"
    size: Literal[1, 2, "auto"] = 1
    shown: bool = False
    maybe: int | None = None
    maybe_rate: Annotated[float | None, Gt(0), Doc("If any.")] = None
    maybe_title: str | None = None
    maybe_folder: Annotated[Path, Doc("Where.")] | None = None
    maybe_colour: Literal["red", "green"] | None = None
    maybe_shown: Optional[bool] = None  # noqa: UP045 - authors write it so too
    maybe_units: tuple[int, ...] | None = None
    units: tuple[Percent, ...] = (1, 2)
    at_least_one: Annotated[tuple[int, ...], MinLen(1)] = (7,)
    rates: tuple[float, ...] = ()
    titles: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    colours: tuple[Literal["red", "green"], ...] = ()
    answers: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Required(Component):
    """Cannot do without its folder."""

    folder: Path
    size: int = 8


@dataclass(frozen=True)
class Bare(Component):
    """Has no parameters."""


@dataclass(frozen=True)
class Ordered(Component):
    """Complains by itself."""

    low: int = 0
    high: int = 9
    complaint: str = "low is above\nhigh."

    def __post_init__(self) -> None:
        if self.low == 666:
            raise DataError("the beast.")
        if self.low == 13:
            raise AssertionError
        if self.low > self.high:
            raise ValueError(self.complaint)


def refused(component: type, given: Words | Mapping[str, Any], name: str | None = None) -> str:
    """The message, in one line."""
    with pytest.raises(BadParameter) as raised:
        create(component, given, name)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert message.endswith(".")
    assert not message.endswith("..")
    return message


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "12", 12),
        ("rate", ".25", 0.25),
        ("number", "1e5", 1e5),
        ("number", "7", 7.0),
        ("title", "7", "7"),
        ("title", "a,b=c+d", "a,b=c+d"),
        ("folder", "/a b/c:d", Path("/a b/c:d")),
        ("colour", "green", "green"),
        ("size", "2", 2),
        ("size", "auto", "auto"),
        ("shown", "true", True),
        ("shown", "no", False),
        ("maybe", "4", 4),
        ("maybe_rate", "4", 4.0),
        ("maybe_title", "4", "4"),
        ("maybe_folder", "/a", Path("/a")),
        ("maybe_shown", "true", True),
        ("maybe_units", "4+5", (4, 5)),
        ("units", "4", (4,)),
        ("units", "4+5+6", (4, 5, 6)),
        ("rates", "4+0.5+1e-3", (4.0, 0.5, 0.001)),
        ("titles", "a+b", ("a", "b")),
        ("folders", "/a+/b", (Path("/a"), Path("/b"))),
        ("colours", "red+green", ("red", "green")),
        ("answers", "true+no", (True, False)),
    ],
)
def test_text_is_coerced_to_the_declared_type(name: str, text: str, value: object) -> None:
    created = getattr(create(Every, Words("every", ((name, text),))), name)
    assert created == value
    assert type(created) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("count", 12, 12),
        ("count", 12.0, 12),
        ("count", np.int64(12), 12),
        ("count", "12", 12),
        ("number", 7, 7.0),
        ("number", np.float64(0.5), 0.5),
        ("folder", "/a", Path("/a")),
        ("folder", Path("/a"), Path("/a")),
        ("size", 2, 2),
        ("shown", True, True),
        ("maybe", None, None),
        ("maybe_rate", None, None),
        ("maybe_units", None, None),
        ("maybe_units", [1], (1,)),
        ("units", [4, 5], (4, 5)),
        ("units", (4, "5"), (4, 5)),
        ("units", 4, (4,)),
        ("titles", ["a+b", ""], ("a+b", "")),
        ("folders", ["/a", Path("/b")], (Path("/a"), Path("/b"))),
        ("answers", [True, False], (True, False)),
    ],
)
def test_typed_values_are_taken_as_python_and_toml_have_them(
    name: str, given: object, value: object
) -> None:
    created = getattr(create(Every, {name: given}), name)
    assert created == value
    assert type(created) is type(value)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("every:count=many", "parameter 'count': 'many' is not a whole number"),
        ("every:many", "parameter 'count': 'many' is not a whole number"),
        ("every:count=2.5", "parameter 'count': '2.5' is not a whole number"),
        ("every:count=0", "parameter 'count': '0' is not greater than 0"),
        ("every:rate=much", "parameter 'rate': 'much' is not a number"),
        ("every:rate=1", "parameter 'rate': '1' is not less than 1.0"),
        ("every:rate=-0.1", "parameter 'rate': '-0.1' is not at least 0.0"),
        ("every:number=nan", "parameter 'number': 'nan' is not a finite number"),
        ("every:number=-inf", "parameter 'number': '-inf' is not a finite number"),
        ("every:number=1e999", "parameter 'number': '1e999' is not a finite number"),
        ("every:rates=1+nan", "parameter 'rates': '1+nan' is not a finite number"),
        ("every:shown=maybe", "parameter 'shown': 'maybe' is not true or false"),
        ("every:colour=blue", "parameter 'colour': 'blue' is not one of 'red' or 'green'"),
        ("every:size=3", "parameter 'size': '3' is not one of 1, 2 or 'auto'"),
        ("every:colours=red+blue", "parameter 'colours': 'red+blue' is not one of 'red' or"),
        ("every:maybe=none", "parameter 'maybe': 'none' is not a whole number"),
        ("every:maybe_rate=0", "parameter 'maybe_rate': '0' is not greater than 0"),
        ("every:units=1++2", "parameter 'units': '1++2' is not a whole number"),
        ("every:units=1+101", "parameter 'units': '1+101' is not at most 100"),
        ("every:folder=~no-such-user/a", "begins with ~no-such-user, whose home folder is not"),
        ("every:title=a\udce9", r"parameter 'title': 'a\udce9' is not UTF-8"),
        ("every:folder=/a\udce9", r"parameter 'folder': '/a\udce9' is not UTF-8"),
    ],
)
def test_says_which_text_does_not_fit_and_why(words: str, complaint: str) -> None:
    message = refused(Every, Words.parse(words))
    assert message.startswith("every: ")
    assert complaint in message
    assert message.endswith(f" (got from {words!r}).")


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("count", True, "True is not a whole number"),
        ("count", None, "None is not a whole number"),
        ("count", 2.5, "2.5 is not a whole number"),
        ("count", float("nan"), "nan is not a finite number"),
        ("count", [1], "[1] is not a whole number"),
        ("count", 0, "'0' is not greater than 0"),
        ("units", [1, 101], "'1+101' is not at most 100"),
        ("rate", False, "False is not a number"),
        ("rate", float("inf"), "inf is not a finite number"),
        ("title", 3, "3 is not text"),
        ("title", True, "True is not text"),
        ("folder", 3, "3 is not a path"),
        ("folder", "a\0b", r"'a\x00b' holds a null character"),
        ("colour", 1, "1 is not one of 'red' or 'green'"),
        ("shown", 2, "2 is not true or false"),
        ("maybe", False, "False is not a whole number"),
        ("units", (True,), "(True,) is not a whole number"),
        ("units", True, "True is not a whole number"),
        ("units", None, "None does not fit: Input should be a valid tuple"),
        ("units", {"a": 1}, "{'a': 1} is not a whole number"),
        ("at_least_one", [], "[] does not fit: Tuple should have at least 1 item"),
        ("units", np.zeros((2, 2)), "array([[0., 0.], "),
        ("title", dt.date(2020, 1, 2), "datetime.date(2020, 1, 2) is not text"),
        ("count", "9" * 5000, "99... is not a whole number"),
    ],
)
def test_says_which_value_does_not_fit_and_why(name: str, value: object, complaint: str) -> None:
    message = refused(Every, {name: value})
    assert message.startswith(f"Every: parameter {name!r}: ")
    assert complaint in message
    assert len(message) < 400


def test_what_python_cannot_show_is_refused_like_any_other() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert "<list too large to show> is not a whole number" in refused(Every, {"count": nested})
    huge = -(10**5000)
    assert "<int too large to show> is not greater than 0" in refused(Every, {"count": huge})


@pytest.mark.parametrize(
    ("component", "given", "message"),
    [
        (
            Required,
            Words.parse("required:folder=a,siez=3"),
            "required: no parameter 'siez'. Did you mean 'size'? It has: folder, size.",
        ),
        # The misspelt name explains the missing one, so it is what is reported.
        (
            Required,
            Words.parse("required:foldr=a"),
            "required: no parameter 'foldr'. Did you mean 'folder'? It has: folder, size.",
        ),
        (Required, {"": 1}, "Required: no parameter ''. It has: folder, size."),
        (Required, {3: 1}, "Required: no parameter 3. It has: folder, size."),
        (Bare, {"a\nb": 1}, r"Bare: no parameter 'a\nb'. It has none."),
        (Bare, Words.parse("bare:k=v"), "bare: no parameter 'k'. It has none."),
        (Bare, Words.parse("bare:5"), "bare takes no parameters, but got '5'."),
        (
            Required,
            Words.parse("required"),
            "required: parameter 'folder' is missing. Write required:folder=VALUE.",
        ),
        (Required, {"size": 3}, "parameter 'folder' is missing."),
        (
            Required,
            Words.parse("required:a,folder=b"),
            "required: parameter 'folder' is given twice (got from 'required:a,folder=b').",
        ),
        (Required, Words.parse("required:a,size=1,size=1"), "parameter 'size' is given twice"),
    ],
)
def test_says_which_name_is_wrong(
    component: type, given: Words | Mapping[str, Any], message: str
) -> None:
    assert message in refused(component, given)


def test_a_message_calls_the_component_as_it_is_told_to() -> None:
    assert refused(Every, {"count": 0}, "run").startswith("run: ")
    assert refused(Every, Words.parse("alpha/every:0")).startswith("alpha/every: ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Words.parse("o:low=10"), "o: low is above high (got from 'o:low=10')."),
        ({"low": 10, "complaint": "Value error, no"}, "Ordered: Value error, no."),
        ({"low": 13}, "Ordered: its parameters do not fit."),
    ],
)
def test_a_components_own_complaint_is_reported_in_one_line(
    given: Words | Mapping[str, Any], message: str
) -> None:
    assert refused(Ordered, given) == message


def test_a_components_own_error_for_the_person_stays_what_it_is() -> None:
    with pytest.raises(DataError, match=r"^the beast\.$"):
        create(Ordered, {"low": 666})


@pytest.mark.parametrize("text", ["~/a", "./a", "a", "../a", "/a/../b"])
def test_paths_are_expanded_and_absolute_wherever_they_come_from(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    expected = {"~/a": tmp_path / "home/a", "/a/../b": Path("/a/../b")}.get(
        text, tmp_path / "work" / text
    )
    by_words = create(Every, Words("every", (("folder", text), ("folders", text))))
    by_values = create(Every, {"folder": Path(text), "folders": [text], "maybe_folder": text})
    by_hand = checked(Every(folder=Path(text), folders=(Path(text),)))
    for created in (by_words, by_values, by_hand):
        assert created.folder == expected
        assert created.folders == (expected,)
    assert by_values.maybe_folder == expected


def test_a_link_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert create(Every, {"folder": tmp_path / "link"}).folder == tmp_path / "link"


def test_a_default_path_is_absolute_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert create(Every, {}).folder == tmp_path / "here"


def test_what_is_built_by_hand_is_checked_and_coerced() -> None:
    made: Any = Every(units=[1, 2], rate=0, folder="/a")  # type: ignore[arg-type]
    assert checked(made) == create(Every, {"units": (1, 2), "rate": 0.0, "folder": Path("/a")})
    with pytest.raises(
        BadParameter, match=r"^Every: parameter 'rate': '7' is not less than 1\.0\.$"
    ):
        checked(Every(rate=7))
    with pytest.raises(BadParameter, match="parameter 'units': 'x' is not a whole number"):
        checked(Every(units="x"))  # type: ignore[arg-type]


def test_a_default_that_breaks_its_own_bounds_is_found() -> None:
    @dataclass(frozen=True)
    class Broken(Component):
        count: Annotated[int, Gt(0)] = -1

    assert "parameter 'count': '-1' is not greater than 0" in refused(Broken, {})


def test_parameters_are_shown_as_a_person_types_them() -> None:
    shown = {each.name: each for each in parameters(Every)}
    assert shown["count"] == Parameter("count", "whole number", "3", "How many.")
    assert shown["rate"] == Parameter("rate", "number", "0.5", "How often.")
    assert shown["maybe_rate"] == Parameter("maybe_rate", "number", "", "If any.")
    types = {
        "title": "text",
        "folder": "path",
        "colour": "red|green",
        "size": "1|2|auto",
        "shown": "true/false",
        "maybe_folder": "path",
        "maybe_colour": "red|green",
        "units": "whole number, several joined by +",
        "colours": "red|green, several joined by +",
    }
    assert {name: shown[name].type for name in types} == types
    defaults = {"number": "-1e20", "shown": "false", "units": "1+2", "rates": "", "folder": "here"}
    assert {name: shown[name].default for name in defaults} == defaults
    assert parameters(Required)[0].default is None
    assert parameters(Bare) == ()


@pytest.mark.parametrize("parameter", parameters(Every), ids=lambda each: each.name)
def test_a_default_as_shown_is_the_default(parameter: Parameter) -> None:
    assert parameter.default is not None
    if parameter.default:
        words = Words("every", ((parameter.name, parameter.default),))
        assert create(Every, words) == create(Every, {})


def test_plain_values_are_what_toml_has() -> None:
    created = create(Every, {"folders": ["/a"], "units": [1], "maybe": 4, "rate": 0})
    values = plain_values(created)
    assert values["folders"] == ["/a"]
    assert values["units"] == [1]
    assert values["maybe"] == 4
    assert isinstance(values["rate"], float)
    assert "maybe_rate" not in values
    assert list(values) == [name for name in Every.__dataclass_fields__ if name in values]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
INTEGERS = st.integers(-(2**70), 2**70)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PATHS = TEXT.map(lambda text: f"/{text}")
COLOURS = st.sampled_from(["red", "green"])
POSITIVE = st.floats(0, exclude_min=True, allow_infinity=False)


def every_value(item: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Any parameters for Every; `item` makes what its tuples of text and of paths hold."""
    optional = {
        "count": st.integers(1, 2**70),
        "rate": st.floats(0, 1, exclude_max=True),
        "number": FLOATS,
        "title": TEXT,
        "folder": PATHS,
        "colour": COLOURS,
        "size": st.sampled_from([1, 2, "auto"]),
        "shown": st.booleans(),
        "maybe": INTEGERS,
        "maybe_rate": POSITIVE,
        "maybe_title": TEXT.filter(bool),
        "maybe_folder": PATHS,
        "maybe_colour": COLOURS,
        "maybe_shown": st.booleans(),
        "maybe_units": st.lists(INTEGERS, min_size=1, max_size=3),
        "units": st.lists(st.integers(0, 100), min_size=1, max_size=3),
        "rates": st.lists(FLOATS, max_size=3),
        "titles": st.lists(item, max_size=3),
        "folders": st.lists(item.map(lambda text: f"/{text}"), max_size=3),
        "colours": st.lists(COLOURS, max_size=3),
        "answers": st.lists(st.booleans(), max_size=3),
    }
    return st.fixed_dictionaries({}, optional=optional)


@UNTIMED
@given(every_value(TEXT.filter(lambda text: text and "+" not in text)))
def test_words_bring_the_values_back(values: dict[str, Any]) -> None:
    created = create(Every, values)
    words = str(words_of("every", plain_values(created)))
    assert create(Every, Words.parse(words)) == created


@UNTIMED
@given(every_value(TEXT))
def test_toml_brings_the_values_back(values: dict[str, Any]) -> None:
    created = create(Every, values)
    plain = plain_values(created)
    assert tomllib.loads(tomli_w.dumps(plain)) == plain
    assert create(Every, plain) == created
    assert checked(created) == created


@UNTIMED
@given(
    st.dictionaries(
        st.sampled_from([*Every.__dataclass_fields__, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=4,
        ),
        max_size=3,
    )
)
def test_any_values_fit_or_are_refused_in_one_line(values: dict[str, Any]) -> None:
    try:
        created = create(Every, values)
    except BadParameter as error:
        message = str(error)
    else:
        assert checked(created) == created
        return
    assert len(message.splitlines()) == 1


def test_a_good_declaration_is_not_refused() -> None:
    for component in (Every, Required, Bare, Ordered):
        assert declaration_complaint(component) is None


@dataclass(frozen=True)
class ListField(Component):
    units: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class PairField(Component):
    units: tuple[int, int] = (1, 2)


@dataclass(frozen=True)
class NestedField(Component):
    units: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class UnionField(Component):
    units: int | str = 1


@dataclass(frozen=True)
class DateField(Component):
    units: dt.date = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class HoleyField(Component):
    units: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class OptionalField(Component):
    units: int | None = 3


@dataclass(frozen=True)
class RequiredOptionalField(Component):
    units: Annotated[int | None, Gt(0)]


@dataclass(frozen=True)
class ComputedField(Component):
    units: int = field(default=3, init=False)


@dataclass(frozen=True)
class UnknownField(Component):
    units: "NoSuchType" = 3  # type: ignore[name-defined]  # noqa: F821


class Undecorated(Every):
    more: int = 3


@pytest.mark.parametrize(
    ("component", "complaint"),
    [
        (ListField, "parameter 'units' is of type list[int]; it must be bool, int, float, str"),
        (PairField, "is of type tuple[int, int]; it must be"),
        (NestedField, "is of type tuple[tuple[int, ...], ...]; it must be"),
        (UnionField, "is of type int | str; it must be"),
        (DateField, "is of type datetime.date; it must be"),
        (HoleyField, "is of type tuple[int | None, ...]; it must be"),
        (OptionalField, "parameter 'units' may be None and so must default to None"),
        (RequiredOptionalField, "parameter 'units' may be None and so must default to None"),
        (ComputedField, "parameter 'units' is declared with init=False"),
        (UnknownField, "types cannot be understood: NameError: name 'NoSuchType'"),
        (Undecorated, "is not decorated with @dataclass(frozen=True)"),
    ],
)
def test_a_declaration_that_nothing_can_fill_is_refused(component: type, complaint: str) -> None:
    refusal = declaration_complaint(component)
    assert refusal is not None
    assert complaint in refusal
    assert len(refusal.splitlines()) == 1
