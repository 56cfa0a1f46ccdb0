"""Runs in the environment venv-clients: Triton's own Python client against a model server or a router.

  triton_client.py ADDRESS               every call of the protocol; prints "ok"
  triton_client.py --router ADDRESS      the same calls against a router with the weights 80/20 of v1 and v2
  triton_client.py --until-eof TARGET    infers all the time until standard input ends; prints "calling"
                                         after the first answer, at the end calls and failures
"""
import json
import sys
import threading

import grpc
import numpy
from tritonclient import grpc as triton
from tritonclient.grpc import service_pb2, service_pb2_grpc

TEXTS = ["VADER is smart, handsome, and funny!", "Today sucks", "It is a table."]


def text_input(texts):
    tensor = triton.InferInput("text", [len(texts)], "BYTES")
    tensor.set_data_from_numpy(numpy.array(texts, dtype=object))
    return tensor


def expect(got, wanted):
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def failure(client, name, texts, version=""):
    """How an infer() fails that must."""
    try:
        client.infer(name, [text_input(texts)], model_version=version)
    except triton.InferenceServerException as error:
        return error
    raise AssertionError(f"{name}/{version} was answered")


def check_router(address):
    client = triton.InferenceServerClient(address)
    expect(client.is_server_live(), True)
    expect(client.is_server_ready(), True)
    expect(client.is_model_ready("sentiment"), True)
    expect(client.is_model_ready("sentiment", "v2"), True)
    expect(client.is_model_ready("sentiment", "v9"), False)
    expect(client.get_server_metadata().name, "serin-router")
    metadata = client.get_model_metadata("sentiment")
    expect(list(metadata.versions), ["v1", "v2"])
    expect([(t.name, t.datatype, list(t.shape)) for t in metadata.outputs],
           [("label", "BYTES", [-1]), ("compound", "FP64", [-1]), ("scores", "FP64", [-1, 3])])

    pinned = client.infer("sentiment", [text_input(TEXTS)], model_version="v1", request_id="7")
    expect(pinned.get_response().id, "7")
    expect(pinned.get_response().model_version, "v1")
    expect(list(pinned.as_numpy("label")), [b"positive", b"negative", b"neutral"])
    expect(pinned.as_numpy("scores").tolist()[0], [0.0, 0.248, 0.752])

    split = client.infer("sentiment", [text_input(TEXTS[:1] * 1000)])
    versions = split.get_response().parameters["serin-model-version"].string_param.split(",")
    expect((versions.count("v1"), versions.count("v2")), (800, 200))
    expect(sorted(split.get_response().model_version.split(",")), ["v1", "v2"])
    of_v1 = [value for value, version in zip(split.as_numpy("compound"), versions) if version == "v1"]
    expect(set(of_v1), {0.8439})

    keyed = [client.infer("sentiment", [text_input(TEXTS)], parameters={"routing_key": "user-1"},
                          outputs=[triton.InferRequestedOutput("compound")]).get_response()
             for _ in range(5)]
    expect(len({response.model_version for response in keyed}), 1)
    expect({response.parameters["serin-assignment"].string_param for response in keyed}, {"KEY"})
    expect([output.name for output in keyed[0].outputs], ["compound"])

    for name, version in (("spam", ""), ("sentiment", "v9")):
        expect(failure(client, name, TEXTS, version).status(), "StatusCode.NOT_FOUND")
    error = failure(client, "sentiment", ["good", ""])
    expect(error.status(), "StatusCode.INVALID_ARGUMENT")
    expect(error.message()[:22], "tensor text, element 1")
    print("ok")


def check_protocol(address):
    client = triton.InferenceServerClient(address)
    expect(client.is_server_live(), True)
    expect(client.is_server_ready(), True)
    expect(client.is_model_ready("sentiment"), True)
    expect(client.is_model_ready("sentiment", "v1"), True)
    expect(client.is_model_ready("sentiment", "v9"), False)
    expect(client.get_server_metadata().name, "serin-model-server")
    metadata = client.get_model_metadata("sentiment")
    expect(list(metadata.versions), ["v1"])
    expect([(t.name, t.datatype, list(t.shape)) for t in metadata.inputs], [("text", "BYTES", [-1])])

    result = client.infer("sentiment", [text_input(TEXTS)], request_id="7")
    expect(result.get_response().id, "7")
    expect(result.get_response().model_version, "v1")
    expect(list(result.as_numpy("label")), [b"positive", b"negative", b"neutral"])
    expect(float(result.as_numpy("compound")[0]), 0.8439)
    expect(result.as_numpy("scores").tolist()[0], [0.0, 0.248, 0.752])

    only = client.infer("sentiment", [text_input(TEXTS)],
                        outputs=[triton.InferRequestedOutput("compound")])
    expect([output.name for output in only.get_response().outputs], ["compound"])

    for name, version in (("spam", ""), ("sentiment", "v9")):
        expect(failure(client, name, TEXTS, version).status(), "StatusCode.NOT_FOUND")

    client.load_model("sentiment")
    index = client.get_model_repository_index(as_json=True)
    expect([(m["name"], m["version"], m["state"]) for m in index["models"]],
           [("sentiment", "v1", "READY")])
    client.unload_model("sentiment")
    expect(client.is_model_ready("sentiment"), False)
    client.load_model("sentiment")
    expect(client.is_model_ready("sentiment"), True)
    print("ok")


def call_until_eof(target):
    # It watches the servers' health, so that it leaves one that drains before calls are refused there.
    service = json.dumps({"loadBalancingConfig": [{"round_robin": {}}],
                          "healthCheckConfig": {"serviceName": "inference.GRPCInferenceService"}})
    channel = grpc.insecure_channel(target, options=[("grpc.service_config", service)])
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    request = service_pb2.ModelInferRequest(model_name="sentiment")
    tensor = request.inputs.add(name="text", datatype="BYTES", shape=[1])
    tensor.contents.bytes_contents.append(b"good")
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    calls = failures = 0
    while not ended.is_set():
        try:
            stub.ModelInfer(request, timeout=10, wait_for_ready=True)
        except grpc.RpcError as error:
            print(error.code(), error.details(), file=sys.stderr)
            failures += 1
        calls += 1
        if calls == 1:
            print("calling", flush=True)
    print(calls, failures)


if __name__ == "__main__":
    if sys.argv[1] == "--until-eof":
        call_until_eof(sys.argv[2])
    elif sys.argv[1] == "--router":
        check_router(sys.argv[2])
    else:
        check_protocol(sys.argv[1])
