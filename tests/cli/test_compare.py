"""`zookit compare`."""

import csv
import io
import json
import statistics
from pathlib import Path

import pytest
from conftest import Command
from edited_runs import RunMaker, component
from made_runs import digits

pytestmark = pytest.mark.xdist_group("leaderboard")


def test_a_trained_run_is_ranked(zookit: Command) -> None:
    run = digits()
    compared = zookit("compare", run.folder)
    assert compared.code == 0, compared
    assert f"{run.metrics['accuracy']:.4f}" in compared.out
    assert run.name.rpartition("-")[2] in compared.out


def test_there_is_one_table_for_each_data_set(zookit: Command, make: RunMaker) -> None:
    first, second = (make(validation=0.4, data=each * 64) for each in "ab")
    tables = json.loads(zookit("compare", "--json", first.name, second.name).out)["tables"]
    assert [(each["data_hash"], len(each["rows"])) for each in tables] == [
        ("a" * 64, 1),
        ("b" * 64, 1),
    ]
    shown = zookit("compare").out
    assert "data aaaaaaaa" in shown
    assert "data bbbbbbbb" in shown


def test_a_run_that_is_named_twice_is_one(zookit: Command, make: RunMaker) -> None:
    run = make()
    found = json.loads(zookit("compare", "latest", run.name, run.folder, "--json").out)
    assert found["tables"][0]["rows"][0]["runs"] == [run.name]


def test_runs_that_did_not_finish_are_named_with_the_reason(
    zookit: Command, make: RunMaker
) -> None:
    make(units=[1])
    failed = make(status="failed", epochs=2, units=[2])
    shown = zookit("compare").out
    assert f"{failed.name} is not ranked: failed after 2 epochs" in shown
    as_csv = zookit("compare", "--csv")
    assert failed.name in as_csv.err
    assert failed.name not in as_csv.out
    assert zookit("compare", failed.name).code == 0


def test_a_run_is_shown_by_its_hash_if_that_names_it(zookit: Command, make: RunMaker) -> None:
    killed, run, other = make(status="killed"), make(), make(units=[4])
    shown = zookit("compare").out
    assert run.name in shown
    assert other.name not in shown
    assert other.name.rpartition("-")[2] in shown
    assert killed.name.rpartition("-")[2] == run.name.rpartition("-")[2]


def test_json_and_csv_have_the_same_values(zookit: Command, make: RunMaker) -> None:
    make(units=[4], validation=0.5)
    make(units=[4], validation=0.75, seed=1)
    odd = component("optimizer", "acme/odd", text='"a",b')
    make(units=[8], validation=0.25, experiment=odd)
    make(units=[8], validation=None, test=0.5)
    tables = json.loads(zookit("compare", "--json").out)["tables"]
    rows = list(csv.DictReader(io.StringIO(zookit("compare", "--csv").out)))
    expected = [(table, row) for table in tables for row in table["rows"]]
    assert len(rows) == len(expected) == 3
    for flat, (table, row) in zip(rows, expected, strict=True):
        for key in ("title", "data_origin", "data_hash", "ranked_by"):
            assert flat[key] == table[key]
        for key, value in {**row.pop("values"), **row}.items():
            if isinstance(value, list):
                assert flat[key] == " ".join(map(str, value))
            else:
                assert flat[key] == ("" if value is None else str(value))
    assert rows[0]["validation_accuracy"] == "0.625"
    assert float(rows[0]["validation_accuracy_spread"]) == statistics.stdev([0.5, 0.75])
    assert rows[1]["validation_accuracy_spread"] == ""
    message = zookit("compare", "--json", "--csv").message()
    assert "--json" in message
    assert "--csv" in message


def test_without_runs_json_and_csv_are_empty(zookit: Command) -> None:
    assert json.loads(zookit("compare", "--json").out) == {"tables": [], "unranked": []}
    assert zookit("compare", "--csv").out == ""


def test_a_name_that_fits_no_run_or_several_is_an_error(zookit: Command, make: RunMaker) -> None:
    make("20261122-090000-aaaaaaaa")
    assert "'zzz'" in zookit("compare", "aaaa", "zzz").message()
    make("20261122-090000-aaaabbbb")
    message = zookit("compare", "aaaa").message()
    assert "'aaaa'" in message
    assert "20261122-090000-aaaabbbb" in message
    Path("runs/20261122-090000-aaaabbbb/environment.json").write_text("{")
    assert "environment.json is damaged" in zookit("compare", "aaaab").message()


def test_runs_are_ranked_by_what_the_user_names(zookit: Command, make: RunMaker) -> None:
    for at, loss in enumerate((2.0, 1.0), start=1):
        make(loss=loss, units=[at])
    assert "by validation loss" in zookit("compare", "--by", "loss").out
    assert "'top_k_5'" in zookit("compare", "--by", "top_k_5").message()
