"""Components from words or plain values, and back."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import numpy as np
import pytest
import tomli_w
from annotated_types import Ge, Gt, Le, Lt, MinLen, MultipleOf
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
    maybe_shown: Optional[bool] = None  # noqa: UP045 - authors may write it so
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
    """Has a required parameter."""

    folder: Path
    size: int = 8


@dataclass(frozen=True)
class Bare(Component):
    """Has no parameters."""


@dataclass(frozen=True)
class Even(Component):
    """Has a parameter that must be a multiple."""

    width: Annotated[int, MultipleOf(2)] = 2


@dataclass(frozen=True)
class Ordered(Component):
    """Raises errors of its own."""

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
    """The message of the error, which is one line."""
    with pytest.raises(BadParameter) as raised:
        create(component, given, name)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert message.endswith(".")
    assert not message.removesuffix("...").endswith("..")  # a long value ends in ...
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
def test_values_of_python_and_toml_are_converted(name: str, given: object, value: object) -> None:
    created = getattr(create(Every, {name: given}), name)
    assert created == value
    assert type(created) is type(value)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("every:count=many", "count must be a whole number, got 'many'"),
        ("every:many", "count must be a whole number, got 'many'"),
        ("every:count=2.5", "count must be a whole number, got '2.5'"),
        ("every:count=0", "count must be greater than 0, got 0"),
        ("every:rate=much", "rate must be a number, got 'much'"),
        ("every:rate=1", "rate must be less than 1, got 1"),
        ("every:rate=-0.1", "rate must be at least 0, got -0.1"),
        ("every:number=nan", "number must be a finite number, got 'nan'"),
        ("every:number=-inf", "number must be a finite number, got '-inf'"),
        ("every:number=1e999", "number must be a finite number, got '1e999'"),
        ("every:rates=1+nan", "rates must be a finite number, got '1+nan'"),
        ("every:shown=maybe", "shown must be true or false, got 'maybe'"),
        ("every:colour=blue", "colour must be 'red' or 'green', got 'blue'"),
        ("every:size=3", "size must be 1, 2 or 'auto', got '3'"),
        ("every:colours=red+blue", "colours must be 'red' or 'green', got 'red+blue'"),
        ("every:maybe=none", "maybe must be a whole number, got 'none'"),
        ("every:maybe_rate=0", "maybe_rate must be greater than 0, got 0"),
        ("every:units=1++2", "units must be a whole number, got '1++2'"),
        ("every:units=1+101", "units must be at most 100, got 1+101"),
        ("every:folder=~no-such-user/a", "must not start with ~no-such-user"),
        ("every:title=a\udce9", r"title must be valid UTF-8, got 'a\udce9'"),
        ("every:folder=/a\udce9", r"folder must be valid UTF-8, got '/a\udce9'"),
    ],
)
def test_text_that_is_not_valid_is_refused(words: str, complaint: str) -> None:
    message = refused(Every, Words.parse(words))
    assert message.startswith("every: ")
    assert complaint in message
    assert f" in {words!r}." in message


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("count", True, "must be a whole number, got True"),
        ("count", None, "must be a whole number, got None"),
        ("count", 2.5, "must be a whole number, got 2.5"),
        ("count", float("nan"), "must be a finite number, got nan"),
        ("count", [1], "must be a whole number, got [1]"),
        ("count", 0, "must be greater than 0, got 0"),
        ("units", [1, 101], "must be at most 100, got 1+101"),
        ("rate", False, "must be a number, got False"),
        ("rate", float("inf"), "must be a finite number, got inf"),
        ("title", 3, "must be text, got 3"),
        ("title", True, "must be text, got True"),
        ("folder", 3, "must be a path, got 3"),
        ("folder", "a\0b", r"null character, got 'a\x00b'"),
        ("colour", 1, "must be 'red' or 'green', got 1"),
        ("shown", 2, "must be true or false, got 2"),
        ("maybe", False, "must be a whole number, got False"),
        ("units", (True,), "must be a whole number, got (True,)"),
        ("units", True, "must be a whole number, got True"),
        ("units", None, "is not valid: Input should be a valid tuple, got None"),
        ("units", {"a": 1}, "must be a whole number, got {'a': 1}"),
        ("at_least_one", [], "is not valid: Tuple should have at least 1 item"),
        ("units", np.zeros((2, 2)), "array([[0., 0.], "),
        ("title", dt.date(2020, 1, 2), "must be text, got datetime.date(2020, 1, 2)"),
        ("count", "9" * 5000, "must be a whole number, got '99"),
    ],
)
def test_values_that_are_not_valid_are_refused(name: str, value: object, complaint: str) -> None:
    message = refused(Every, {name: value})
    assert message.startswith(f"Every: {name} ")
    assert complaint in message
    assert len(message) < 400


def test_an_error_says_whether_the_value_is_of_the_declared_type() -> None:
    given = [("count", "0"), ("size", "3"), ("count", "many"), ("colour", "blue"), ("shown", "2")]
    found = []
    for name, text in given:
        with pytest.raises(BadParameter) as raised:
            create(Every, {name: text})
        found.append(raised.value.of_the_type)
    assert found == [True, True, False, False, False]
    with pytest.raises(BadParameter) as raised:
        create(Ordered, {"low": 10})
    assert raised.value.of_the_type


def test_a_multiple_is_expected() -> None:
    assert (
        refused(Even, Words.parse("even:7"))
        == "even: width must be a multiple of 2, got 7 in 'even:7'."
    )


def test_values_that_cannot_be_shown_are_refused() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert "must be a whole number, got <list too large to show>" in refused(
        Every, {"count": nested}
    )
    huge = -(10**5000)
    assert "got <int too large to show>" in refused(Every, {"count": huge})


@pytest.mark.parametrize(
    ("component", "given", "message"),
    [
        (
            Required,
            Words.parse("required:folder=a,siez=3"),
            "no parameter 'siez'. Did you mean 'size'? Write \"required:folder=a,size=3\".",
        ),
        # The misspelt name explains why the other one is missing.
        (
            Required,
            Words.parse("required:foldr=a"),
            "required: no parameter 'foldr'. Did you mean 'folder'? Write \"required:folder=a\".",
        ),
        (Required, {"": 1}, "Required: no parameter ''. Parameters: folder, size."),
        (Required, {3: 1}, "Required: no parameter 3. Parameters: folder, size."),
        (Bare, {"a\nb": 1}, r"Bare: no parameter 'a\nb'. It has no parameters."),
        (Bare, Words.parse("bare:k=v"), "bare: no parameter 'k'. It has no parameters."),
        (Bare, Words.parse("bare:5"), "bare has no parameters, got '5'."),
        (
            Required,
            Words.parse("required"),
            "required: folder is required. Write required:folder=VALUE.",
        ),
        (Required, {"size": 3}, "folder is required."),
        (
            Required,
            Words.parse("required:a,folder=b"),
            "required: folder is given twice in 'required:a,folder=b'.",
        ),
        (Required, Words.parse("required:a,size=1,size=1"), "size is given twice"),
    ],
)
def test_unknown_missing_and_repeated_names_are_refused(
    component: type, given: Words | Mapping[str, Any], message: str
) -> None:
    assert message in refused(component, given)


def test_the_name_in_messages_can_be_given() -> None:
    assert refused(Every, {"count": 0}, "run").startswith("run: ")
    assert refused(Every, Words.parse("alpha/every:0")).startswith("alpha/every: ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Words.parse("o:low=10"), "o: low is above high in 'o:low=10'."),
        ({"low": 10, "complaint": "Value error, no"}, "Ordered: Value error, no."),
        ({"low": 13}, "Ordered: its parameters are not valid."),
    ],
)
def test_an_error_of_post_init_is_reported_in_one_line(
    given: Words | Mapping[str, Any], message: str
) -> None:
    assert refused(Ordered, given) == message


def test_a_zookit_error_of_post_init_is_unchanged() -> None:
    with pytest.raises(DataError, match=r"^the beast\.$"):
        create(Ordered, {"low": 666})


@pytest.mark.parametrize("text", ["~/a", "./a", "a", "../a", "/a/../b"])
def test_paths_are_expanded_and_absolute(
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
    instance = checked(Every(folder=Path(text), folders=(Path(text),)))
    for created in (by_words, by_values, instance):
        assert created.folder == expected
        assert created.folders == (expected,)
    assert by_values.maybe_folder == expected


def test_a_link_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert create(Every, {"folder": tmp_path / "link"}).folder == tmp_path / "link"


def test_a_default_path_is_absolute_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert create(Every, {}).folder == tmp_path / "here"


def test_an_instance_is_checked_and_converted() -> None:
    made: Any = Every(units=[1, 2], rate=0, folder="/a")  # type: ignore[arg-type]
    assert checked(made) == create(Every, {"units": (1, 2), "rate": 0.0, "folder": Path("/a")})
    with pytest.raises(BadParameter, match=r"^Every: rate must be less than 1, got 7\."):
        checked(Every(rate=7))
    with pytest.raises(BadParameter, match="units must be a whole number, got 'x'"):
        checked(Every(units="x"))  # type: ignore[arg-type]


def test_a_default_that_breaks_its_own_bounds_is_found() -> None:
    @dataclass(frozen=True)
    class Broken(Component):
        count: Annotated[int, Gt(0)] = -1

    assert "count must be greater than 0, got -1" in refused(Broken, {})


def test_parameters_are_shown_as_in_words() -> None:
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
    """Parameters for Every; `item` generates the items of its tuples of text and paths."""
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
def test_any_values_are_accepted_or_refused_in_one_line(values: dict[str, Any]) -> None:
    try:
        created = create(Every, values)
    except BadParameter as error:
        message = str(error)
    else:
        assert checked(created) == created
        return
    assert len(message.splitlines()) == 1


def test_valid_declarations_are_accepted() -> None:
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


@dataclass(frozen=True)
class ScalarDefault(Component):
    units: tuple[int, ...] = 5  # type: ignore[assignment]


class Undecorated(Every):
    more: int = 3


@pytest.mark.parametrize(
    ("component", "complaint"),
    [
        (ListField, "parameter 'units' has the type list[int]; it must be bool, int, float, str"),
        (PairField, "has the type tuple[int, int]; it must be"),
        (NestedField, "has the type tuple[tuple[int, ...], ...]; it must be"),
        (UnionField, "has the type int | str; it must be"),
        (DateField, "has the type datetime.date; it must be"),
        (HoleyField, "has the type tuple[int | None, ...]; it must be"),
        (OptionalField, "parameter 'units' may be None, so its default must be None"),
        (RequiredOptionalField, "parameter 'units' may be None, so its default must be None"),
        (ComputedField, "parameter 'units' is declared with init=False"),
        (ScalarDefault, "parameter 'units' has the default 5; write (5,)"),
        (UnknownField, "cannot be read: NameError: name 'NoSuchType'"),
        (Undecorated, "is not decorated with @dataclass(frozen=True)"),
    ],
)
def test_invalid_declarations_are_refused(component: type, complaint: str) -> None:
    refusal = declaration_complaint(component)
    assert refusal is not None
    assert complaint in refusal
    assert len(refusal.splitlines()) == 1
