"""Runs in the environment venv-clients: Triton's own Python client against a model server.

  triton_client.py ADDRESS               every call of the protocol; prints "ok"
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
        try:
            client.infer(name, [text_input(TEXTS)], model_version=version)
        except triton.InferenceServerException as error:
            expect(error.status(), "StatusCode.NOT_FOUND")
        else:
            raise AssertionError(f"{name}/{version} was answered")

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
    else:
        check_protocol(sys.argv[1])
