"""A real S3 server on this machine, and how programs find it."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "zoo"


@contextmanager
def s3_server() -> Iterator[str]:
    """Run a server with an empty bucket, which this process finds by environment variables.

    Yields its address.
    """
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", endpoint)
        patched.setenv("AWS_ACCESS_KEY_ID", "testing")
        patched.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patched.setenv("NO_PROXY", "127.0.0.1,localhost")
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        try:
            yield endpoint
        finally:
            server.stop()
