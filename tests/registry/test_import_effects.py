"""What a plugin changes in the process when it is imported is undone, if it can change results."""

import locale
import os
from pathlib import Path

import pytest
from plugin_site import Site

from zookit.core import BrokenPlugin


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import os\nos.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'", "TF_ENABLE_ONEDNN_OPTS"),
        ("import os\nos.environ['XLA_FLAGS'] = '--xla'", "XLA_FLAGS"),
        ("import os\nos.putenv('X', '1')\nos.environ.pop('OMP_NUM_THREADS')", "OMP_NUM_THREADS"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'jax'", "KERAS_BACKEND"),
        ("import os\nos.environ['ZOOKIT_DISABLE'] = 'cnn'", "ZOOKIT_DISABLE"),
        ("import os\nos.chdir('/')", "current folder"),
        ("import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')", "locale"),
        ("import os\nos.environ['TF_XLA_FLAGS'] = '1'\nraise ValueError", "TF_XLA_FLAGS"),
    ],
)
def test_what_changes_results_is_undone_and_said(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    source: str,
    name: str,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    language = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_ALL, "C")
    before = dict(os.environ), Path.cwd()
    try:
        site.module(
            "nets", source + "\nfrom zookit.plugins.architectures.dense import Dense as Net"
        )
        site.install("alpha", "net = nets:Net")
        if "raise" in source:
            with pytest.raises(BrokenPlugin):
                site.architectures["net"].load()
        else:
            assert site.architectures["net"].load()
        assert locale.setlocale(locale.LC_ALL) == "C"
    finally:
        locale.setlocale(locale.LC_ALL, language)
    assert (dict(os.environ), Path.cwd()) == before
    (record,) = caplog.records
    assert f"architecture 'net' of alpha==1.0 changes {name}" in record.getMessage().replace(
        "the ", ""
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'",
        "import os\nos.environ['KERAS_BACKEND'] = 'tensorflow'",
        "import os\nos.environ['MY_SETTING'] = '1'",
        "import numpy",
    ],
)
def test_what_changes_no_result_is_left_as_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    for name in ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND", "MY_SETTING"):
        monkeypatch.setenv(name, "tensorflow")
    site.module("nets", source + "\nfrom zookit.plugins.architectures.dense import Dense as Net")
    site.install("alpha", "net = nets:Net")
    assert site.architectures["net"].load()
    assert not caplog.records
