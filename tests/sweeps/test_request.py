"""What a sweep is asked for: contradictions, and its TOML file."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweeps.test_vary import CHOICES, ranges

from zookit.core import BadExperiment, BadParameter, Choice, ZookitError
from zookit.core.messages import at_command_line
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.request_tables import seeds_of

WORDS = st.from_regex(r"[a-z][a-z_]{0,5}(:[a-z0-9=,.+]{1,9})?", fullmatch=True)
RESERVED = {"dataset", "datasets", "architecture", "architectures", "callback", "callbacks"}


def unique(words: Any, *, least: int = 1) -> Any:
    return st.lists(words, min_size=least, max_size=3, unique=True).map(tuple)


@st.composite
def requests(draw: st.DrawFn) -> SweepRequest:
    names = RESERVED | {"seed", "seeds", "option"}
    several = st.one_of(CHOICES, ranges()).filter(lambda each: each.name not in names)
    vary = draw(st.lists(several, max_size=3, unique_by=lambda each: each.name))
    # In TOML, a.b is a table in a table, which has no room for a value of a.
    tops = {each.name.partition(".")[0] for each in vary if "." in each.name}
    vary = [each for each in vary if each.name not in tops]
    return SweepRequest(
        draw(unique(WORDS)),
        draw(unique(WORDS)),
        draw(unique(unique(WORDS, least=0))),
        draw(unique(st.integers(0, 2**32 - 1))),
        tuple(vary),
        draw(st.dictionaries(st.just("option"), st.one_of(WORDS, st.booleans(), st.lists(WORDS)))),
        draw(
            st.lists(st.dictionaries(WORDS, WORDS, min_size=1, max_size=2), max_size=2).map(tuple)
        ),
        draw(WORDS),
    )


@given(requests())
def test_it_is_unchanged_after_writing_and_reading(request: SweepRequest) -> None:
    assert SweepRequest.from_toml(request.to_toml()) == request


def test_seeds_are_a_number_or_several() -> None:
    words = {"datasets": ["mnist"], "architectures": ["dense"]}
    for seeds in (range(2), 2, [0, 1], "2", "0,1"):
        assert SweepRequest.of(**words, seeds=seeds).seeds == (0, 1)


def test_a_file_by_hand_is_read() -> None:
    found = SweepRequest.from_toml(
        """
        format = 1
        datasets = ["mnist"]
        architectures = ["dense", "cnn"]
        callbacks = [[], ["stop_at_loss:0.4", "early_stopping:3"], "terminate_on_nan stop_at_loss"]
        seeds = 2
        options = {epochs = 2, metrics = ["top_k:3"]}

        [vary]
        learning_rate = {low = 0.001, high = 0.1, log = true}
        dense.units = [64, [128, 64]]
        "cnn.filters" = ["16+32"]

        [[exclude]]
        architecture = "cnn"
        learning_rate = 0.1
        dense.units = [128, 64]
        callbacks = ["stop_at_loss:0.4", "early_stopping:3"]
        """
    )
    assert found.callbacks[2] == ("terminate_on_nan", "stop_at_loss")
    assert found.seeds == (0, 1)
    assert found.options == {"epochs": 2, "metrics": ["top_k:3"]}
    assert [each.name for each in found.vary] == ["learning_rate", "dense.units", "cnn.filters"]
    assert found.vary[1] == Choice("dense.units", ("64", "128+64"))
    assert found.exclude == (
        {
            "architecture": "cnn",
            "learning_rate": "0.1",
            "dense.units": "128+64",
            "callbacks": "stop_at_loss:0.4 early_stopping:3",
        },
    )


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("datasets = [", ["not valid TOML"]),
        ("datasets = ['mnist']", ["has no format", "Write format = 1"]),
        ("format = 7", ["7"]),
        ("format = 1\ndataset = ['mnist']", ["'dataset'", "'datasets'"]),
        ("format = 1\ndatasets = 'mnist'", ["datasets", "list"]),
        ("format = 1\ndatasets = [1]", ["datasets"]),
        ("format = 1\narchitectures = ['dense']", ["data set"]),
        ("format = 1\noptions = 3", ["options", "NAME"]),
        ("format = 1\nexclude = {dataset = 'mnist'}", ["exclude", "list"]),
        ("format = 1\nseeds = 'x'", ["seeds", "'x'"]),
        ("format = 1\nvary = {epochs = 2020-01-01}", ["epochs", "VALUE"]),
        ("format = 1\nsearch = 3", ["search", "words", "got 3"]),
        ("format = true", ["format", "True"]),
        ("format = 1\noptions.epochs = {a = 1}", ["epochs", "'a'"]),
        ("format = 1\noptions.epochs = [1, 2]", ["epochs", "[1, 2]", "vary"]),
        ("format = 1\noptions.learning_rate = [0.1]", ["learning_rate", "[0.1]", "vary"]),
    ],
)
def test_a_wrong_file_is_refused(text: str, facts: list[str]) -> None:
    with pytest.raises(ZookitError) as raised:
        SweepRequest.from_toml(text, "mine.toml")
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_to_write_in_a_file_is_no_option() -> None:
    with at_command_line(), pytest.raises(ZookitError, match=r"Add datasets=\['mnist'\]"):
        SweepRequest.from_toml("format = 1\narchitectures = ['dense']", "mine.toml")


EPOCHS = Choice("epochs", ("1", "2"))


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"datasets": ()}, ["data set"]),
        ({"architectures": ()}, ["architecture"]),
        ({"callbacks": ()}, ["callbacks"]),
        ({"seeds": ()}, ["seed"]),
        ({"datasets": ("mnist", "mnist")}, ["'mnist'", "twice"]),
        ({"callbacks": (("a", "b"), ("a", "b"))}, ["'a b'", "twice"]),
        ({"callbacks": (("a,b",),)}, ["'a,b'", "[['a', 'b']]", "[['a'], ['b']]"]),
        ({"seeds": (1, 2, 1)}, ["1", "twice"]),
        ({"seeds": (-1,)}, ["-1"]),
        ({"seeds": (2**32,)}, [str(2**32)]),
        ({"vary": (EPOCHS, EPOCHS)}, ["epochs", "twice"]),
        ({"vary": (EPOCHS,), "options": {"epochs": "3"}}, ["epochs", "'3'"]),
        ({"vary": (Choice("seed", ("1", "2")),)}, ["seed", "seeds="]),
        ({"vary": (Choice("dataset", ("a", "b")),)}, ["dataset", "datasets="]),
        ({"vary": (Choice("architecture", ("a", "b")),)}, ["architectures="]),
        ({"vary": (Choice("callbacks", ("a", "b")),)}, ["callbacks="]),
        ({"options": {"seed": 3}}, ["seed", "seeds="]),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], facts: list[str]) -> None:
    with pytest.raises(BadExperiment) as raised:
        SweepRequest(**{"datasets": ("mnist",), "architectures": ("dense",), **changes})
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


def test_seeds_are_counted_or_listed() -> None:
    assert seeds_of("3") == seeds_of(3) == (0, 1, 2)
    assert seeds_of("5,7, 11") == seeds_of([5, 7, 11]) == (5, 7, 11)
    for wrong in ("0", 0, "-1", "a", "1,b", "", True, [1.5], 10**9):
        with pytest.raises((BadExperiment, BadParameter)):
            seeds_of(wrong)
