"""The Open Inference Protocol, with models that only add up pixels."""

import json
from typing import Any

import httpx
import pytest
from served import Ask, added_up, random_images

INFER = "/v2/models/mnist_cnn/infer"
IMAGES = random_images(3)[..., None]
EXPECTED = added_up(IMAGES)


def tensor(images: Any = IMAGES, **changes: Any) -> dict[str, Any]:
    return {
        "name": "images",
        "shape": list(images.shape),
        "datatype": "UINT8",
        "data": images.tolist(),
        **changes,
    }


def binary(images: Any = IMAGES, *, more: bytes = b"", **rest: Any) -> dict[str, Any]:
    """Return a request whose tensor follows the JSON, as httpx takes it."""
    content = images.tobytes() + more
    given = tensor(images, parameters={"binary_data_size": images.size})
    del given["data"]
    start = json.dumps({"inputs": [given], **rest}).encode()
    return {
        "content": start + content,
        "headers": {"inference-header-content-length": str(len(start))},
    }


def output(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    (only,) = response.json()["outputs"]
    found: dict[str, Any] = only
    return found


def test_server_and_models(ask: Ask) -> None:
    server = ask("GET", "/v2").json()
    assert server["name"] == "zookit"
    assert "binary_tensor_data" in server["extensions"]
    for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/mnist_cnn/ready"):
        assert ask("GET", path).status_code == 200
    model = ask("GET", "/v2/models/mnist_cnn").json()
    assert model["name"] == "mnist_cnn"
    assert model["inputs"] == [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28, 1]}]
    assert model["outputs"] == [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}]
    unknown = ask("GET", "/v2/models/mnist")
    assert unknown.status_code == 404
    assert "'mnist_cnn'" in unknown.json()["error"]


@pytest.mark.parametrize("flat", [False, True])
def test_json(ask: Ask, flat: bool) -> None:
    given = tensor(data=IMAGES.ravel().tolist()) if flat else tensor()
    answer = ask("POST", INFER, json={"id": "a", "inputs": [given]})
    assert answer.json()["id"] == "a"
    assert answer.json()["model_name"] == "mnist_cnn"
    found = output(answer)
    assert (found["name"], found["datatype"]) == ("probabilities", "FP32")
    assert found["shape"] == [3, 10]
    assert found["data"] == EXPECTED.ravel().tolist()


def test_binary_both_ways(ask: Ask) -> None:
    body = binary(outputs=[{"name": "probabilities", "parameters": {"binary_data": True}}])
    answer = ask("POST", INFER, **body)
    start = int(answer.headers["inference-header-content-length"])
    (found,) = json.loads(answer.content[:start])["outputs"]
    assert found["parameters"] == {"binary_data_size": EXPECTED.nbytes}
    assert "data" not in found
    assert answer.content[start:] == EXPECTED.tobytes()
    assert ask("POST", INFER, **binary(parameters={"binary_data_output": True})).content.endswith(
        EXPECTED.tobytes()
    )
    assert output(ask("POST", INFER, **binary()))["data"] == EXPECTED.ravel().tolist()


def test_most_probable_classes(ask: Ask) -> None:
    asked = [{"name": "probabilities", "parameters": {"classification": 2}}]
    found = output(ask("POST", INFER, json={"inputs": [tensor()], "outputs": asked}))
    assert (found["datatype"], found["shape"]) == ("BYTES", [3, 2])
    label = int(EXPECTED[0].argmax())
    probability, at, name = found["data"][0].split(":")
    assert (int(at), name) == (label, str(label))
    assert float(probability) == pytest.approx(EXPECTED[0, label], abs=1e-6)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "inputs is missing"),
        ({"inputs": []}, "inputs must be a list of at least 1, got 0"),
        ({"inputs": [tensor(), tensor()]}, "inputs must be a list of at most 1, got 2"),
        ({"inputs": [tensor(name=5)]}, "inputs.0.name must be a text, got 5"),
        ({"inputs": 5}, "inputs must be a list, got 5"),
        ({"inputs": [5]}, "inputs.0 must be an object, got 5"),
        ({"inputs": [tensor(shape=["x"])]}, "inputs.0.shape.0 must be a whole number, got 'x'"),
        ({"inputs": [tensor(shape=[0.5])]}, "inputs.0.shape.0 must be a whole number, got 0.5"),
        ({"inputs": [tensor(name="image")]}, "'image'"),
        ({"inputs": [tensor(datatype="FP32")]}, "'FP32'"),
        ({"inputs": [tensor(shape=[3, 28, 28])]}, None),
        ({"inputs": [tensor(shape=[1, 28, 28, 3])]}, "(N, 28, 28, 1)"),
        ({"inputs": [tensor(shape=[2, 28, 28, 1])]}, "2,352"),
        ({"inputs": [tensor(shape=[-1, 28, 28, 1])]}, "at least 0, got -1"),
        ({"inputs": [tensor(IMAGES[0])]}, "(1, 28, 28, 1)"),
        ({"inputs": [tensor(shape=[0, 28, 28, 1], data=[])]}, "1 to 256"),
        ({"inputs": [tensor(shape=[1e30, 28, 28, 1])]}, "shape"),
        ({"inputs": [tensor(shape=[2**62, 2**62])]}, "1 to 256"),
        ({"inputs": [tensor(shape=[1, 2**62, 2**62])]}, "shape"),
        ({"inputs": [tensor(shape=[])]}, "1 to 256"),
        ({"inputs": [tensor(data=None)]}, "0 pixels"),
        ({"inputs": [tensor(data="text")]}, "'text'"),
        ({"inputs": [tensor(data=[300] * 2352)]}, "300"),
        ({"inputs": [tensor(parameters={"binary_data_size": 2352})]}, "both data and"),
        ({"inputs": [tensor(data=None, parameters={"binary_data_size": 2352})]}, "2,352"),
        ({"inputs": [tensor(parameters={"binary_data_size": -1})]}, "binary_data_size"),
        ({"inputs": [tensor()], "outputs": [{"name": "classes"}]}, "'classes'"),
        ([], "the body must be an object, got []"),
        (None, "body"),
    ],
)
def test_request_that_is_not_valid(ask: Ask, request_: Any, words: str | None) -> None:
    answer = ask("POST", INFER, json=request_)
    if words is None:  # grey images may be without channels
        assert answer.status_code == 200
        return
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize(
    "header",
    ["", "-1", "x", "1e3", "999999", "9" * 5000, "0" * 20 + "9" * 5000, "0", "²"],
    ids=lambda header: header[:21],
)
def test_length_of_the_json_that_is_wrong(ask: Ask, header: str) -> None:
    body = {**binary(), "headers": {"inference-header-content-length": header.encode()}}
    assert ask("POST", INFER, **body).status_code == 400


def test_bytes_that_are_missing_or_too_many(ask: Ask) -> None:
    assert "2,353 bytes" in ask("POST", INFER, **binary(more=b"x")).json()["error"]
    whole = binary()
    whole["content"] = whole["content"][:-1]
    assert ask("POST", INFER, **whole).status_code == 400


def test_images_of_0_and_1_give_a_warning_once(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    output(ask("POST", INFER, json={"inputs": [tensor()]}))
    assert not caplog.records
    for name in ("mnist_cnn", "mnist_cnn", "fashion_mnist_cnn"):
        output(ask("POST", f"/v2/models/{name}/infer", **binary(IMAGES // 200)))
    mnist, fashion = (each.getMessage() for each in caplog.records)
    assert mnist.startswith("mnist_cnn: ")
    assert "images * 255" in mnist
    assert fashion.startswith("fashion_mnist_cnn: ")
