"""No secret of an address is in a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zookit.core.addresses import without_secrets

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://me:s3cret@host/a.gz: no", "http://host/a.gz: no"),
        ("https://s3cret@host:8080/a", "https://host:8080/a"),
        ("http://me:p@s3cret@host/a", "http://host/a"),
        ("http://me:s3cret/x@host/a", "http://host/a"),
        ("Invalid URL 'me:s3cret@host/a': No scheme", "Invalid URL 'host/a': No scheme"),
        ("//me:s3cret@host/a", "//host/a"),
        ("http://host/a?X-Amz-Signature=s3cret&b=1: 403", "http://host/a?... 403"),
        ("http://host/a#token=s3cret", "http://host/a?..."),
        ("mysql+pymysql://me:s3cret@host/db", "mysql+pymysql://host/db"),
        ("one http://a:s3cret@b and http://c:s3cret@d", "one http://b and http://d"),
        ("http://a:s3cret@b;http://c:s3cret@d", "http://d"),
        ("http://host/?a=s3cret&to=me@home", "http://home"),
        ("http://a.org/me@home?a=s3cret", "http://a.org/me@home?..."),
        ("http://s3cret@a.org:80/me@home", "http://a.org:80/me@home"),
        ("http://a.org,http://me:s3cret@host/a", "http://host/a"),
        ("http://a.org/b,http://me:s3cret@host/a", "http://host/a"),
        ("https://s3cret/s3cret@host/a", "https://host/a"),
        ("https://me:3/s3cret@host/a", "https://host/a"),
        ("sftp://me:3/s3cret@host/a", "sftp://host/a"),
    ],
)
def test_secrets_are_removed(text: str, expected: str) -> None:
    assert without_secrets(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: b",
        "dense:units=512",
        "write to me@example.org",
        "http://host/a/b.gz",
        "1 @ 2: 3",
        "image_folder:/nas/me@home/photos",
        "image_folder:path=/me@work,size=64",
        "hf://me/repository@revision/run",
        "s3://bucket/me@work/run",
        "http://127.0.0.1:8000/@me/run",
        "http://[::1]:8000/@me/run",
        "https://localhost/@me/run",
        "C:/me@home",
        "/srv//me@home",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert without_secrets(text) == text


@given(st.text(), st.text(st.characters(exclude_characters=" \t\n\r\f\v")))
def test_any_text_in_short_time(before: str, after: str) -> None:
    without_secrets(before + "http://" + after)
    text = without_secrets(f"http://{SECRET}:{SECRET}@{'x'}/ {before}")
    assert SECRET not in text.replace(before, "")
