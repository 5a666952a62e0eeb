"""The status of a job as plain values, which travel as JSON or by Dask."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from zookit.core import JobStatus


def plain_of(status: JobStatus) -> dict[str, Any]:
    """Return the fields of a status as plain values."""
    return asdict(status)


def status_of(plain: Mapping[str, Any]) -> JobStatus:
    """Return the status with these fields, whatever else there is."""
    values = {each.name: plain[each.name] for each in fields(JobStatus)}
    return JobStatus(**{**values, "warnings": tuple(values["warnings"])})
