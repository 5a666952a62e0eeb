"""A status as plain values."""

import json
from typing import get_args

import pytest

from zookit.core import JobStatus
from zookit.core.launcher import JobState
from zookit.plugins.launchers.plain_status import plain_of, status_of

STATUS = JobStatus("lost", 3, {"loss": 0.5}, 2.5, "no memory", "here", ("it is slow",))


def test_a_status_comes_back_from_json() -> None:
    assert status_of(json.loads(json.dumps({**plain_of(STATUS), "key": "any"}))) == STATUS


@pytest.mark.parametrize("state", get_args(JobState))
def test_a_job_is_over_unless_it_waits_or_runs(state: JobState) -> None:
    assert JobStatus(state).is_over == (state not in ("waiting", "running"))
