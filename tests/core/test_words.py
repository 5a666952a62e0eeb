"""The words `NAME[:ITEM,ITEM...]`."""

import re
from contextlib import suppress

import pytest
from bounded import bounded
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from zookit.core import BadWords, Words
from zookit.core.words import is_name

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
DISTRIBUTIONS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?/", fullmatch=True)
NAMES = st.builds(
    str.__add__,
    st.just("") | DISTRIBUTIONS,
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
)
# Many commas and equals signs, because the grammar is about them.
VALUES = st.text(
    st.sampled_from(",=:+/ a") | st.characters(exclude_characters="\0"), min_size=1, max_size=12
)
BARE = VALUES.filter(lambda value: not re.match("[A-Za-z_][A-Za-z0-9_]*=", value))
WORDS = st.builds(
    lambda name, first, rest: Words(name, (*first, *rest)),
    NAMES,
    st.tuples() | st.tuples(st.tuples(st.none(), BARE)),
    st.lists(st.tuples(KEYS, VALUES), max_size=4),
)


@pytest.mark.parametrize(
    ("text", "name", "items"),
    [
        ("dense", "dense", []),
        ("dense:512", "dense", [(None, "512")]),
        ("dense:units=512+256,dropout=0.2", "dense", [("units", "512+256"), ("dropout", "0.2")]),
        ("dense:512,dropout=0.2", "dense", [(None, "512"), ("dropout", "0.2")]),
        ("alpha/dense:512", "alpha/dense", [(None, "512")]),
        ("My.Zoo-2/cnn_64", "My.Zoo-2/cnn_64", []),
        (r"image_folder:path=C:\photos", "image_folder", [("path", r"C:\photos")]),
        (
            r"image_folder:C:\photos,grey=true",
            "image_folder",
            [(None, r"C:\photos"), ("grey", "true")],
        ),
        ("x:url=https://h.org:80/a?b=c", "x", [("url", "https://h.org:80/a?b=c")]),
        # The text before the = is not a key, so this is a bare value.
        ("x:https://h.org/a?b=c", "x", [(None, "https://h.org/a?b=c")]),
        ("x:a,,b", "x", [(None, "a,b")]),
        ("x:a,,,k=v", "x", [(None, "a,"), ("k", "v")]),
        ("x:,,", "x", [(None, ",")]),
        ("x:k=,,,,", "x", [("k", ",,")]),
        ("x:k=a b ", "x", [("k", "a b ")]),
        ("x:k=ä,_2=1", "x", [("k", "ä"), ("_2", "1")]),
        ("x:k==", "x", [("k", "=")]),
    ],
)
def test_a_name_and_its_items(text: str, name: str, items: list[tuple[str | None, str]]) -> None:
    assert Words.parse(text) == Words(name, tuple(items))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is not a valid name"),
        ("Dense", "'Dense' is not a valid name"),
        ("9lives", "'9lives' is not a valid name"),
        ("dense-net:3", "'dense-net' is not a valid name"),
        (" dense", "' dense' is not a valid name"),
        ("dense\n", r"'dense\n' is not a valid name"),
        ("dénse", "'dénse' is not a valid name"),
        (":512", "'' is not a valid name"),
        ("dense=512", "'dense=512' is not a valid name"),
        ("/dense", "'/dense' is not a valid name"),
        ("-alpha/dense", "'-alpha/dense' is not a valid name"),
        ("alpha/beta/dense", "'alpha/beta/dense' is not a valid name"),
        ("alpha/", "'alpha/' is not a valid name"),
        (r"C:\photos", "'C' is not a valid name"),
        ("dense:", "expected a value after the colon"),
        ("dense:,units=3", "expected a value after the colon"),
        ("dense:units=3,", "expected a value after a comma"),
        ("dense:units=", "'units' has no value. Write units=VALUE"),
        ("dense:512,256", "expected KEY=VALUE, got '256'"),
        ("dense:512,2=3", "expected KEY=VALUE, got '2=3'"),
        ("dense:a\0b", "null character"),
    ],
)
def test_text_of_another_form_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadWords) as raised:
        Words.parse(text)
    assert str(raised.value).startswith(repr(text))
    assert complaint in str(raised.value)
    assert text == "" or str(raised.value).count(repr(text)) == 1


@pytest.mark.parametrize("text", ["dense:512,256", "dense:,x", "dense:3,"])
def test_an_error_explains_commas(text: str) -> None:
    with pytest.raises(BadWords, match=",, for a comma"):
        Words.parse(text)


@UNTIMED
@given(WORDS)
@example(Words("x", ((None, ","), ("k", ","))))
@example(Words("x", (("k", ",,"), ("k", "=,="))))
def test_written_words_are_parsed_back(words: Words) -> None:
    assert Words.parse(str(words)) == words


@UNTIMED
@given(st.text() | st.text("ab/:=,+_\0\n 1"))
def test_any_text_is_parsed_or_refused_in_one_line(text: str) -> None:
    try:
        with bounded(seconds=1, megabytes=50):
            words = Words.parse(text)
    except BadWords as error:
        message = str(error)
    else:
        assert Words.parse(str(words)) == words
        assert is_name(words.name)
        assert all(value for _, value in words.items)
        assert all(key is not None for key, _ in words.items[1:])
        return
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    ["x:" + "a=1," * 100_000, "a" * 1_000_000, "x:" + "," * 1_000_000, "x:" + "=" * 1_000_000],
    ids=["items", "name", "commas", "equals"],
)
def test_a_long_text_takes_little_time_and_memory(text: str) -> None:
    with bounded(seconds=3, megabytes=200), suppress(BadWords):
        Words.parse(text)
