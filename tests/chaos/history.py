"""What the routers say in the end: every revision, and a sample of explained assignments."""
import asyncio
import random

import rpc

TIMEOUT_SECONDS = 20
SAMPLE = 200


async def _history(address, seed, keys):
    from serin.v1 import canary_admin_pb2 as pb
    client = rpc.Client(address)
    listed = (await client.call("CanaryAdmin/ListRevisions", pb.ListRevisionsRequest(limit=1_000_000),
                                pb.ListRevisionsResponse, TIMEOUT_SECONDS)).revisions
    revisions = {entry.revision: {"weights": dict(entry.weights), "reason": entry.reason}
                 for entry in listed}
    rng, explained = random.Random(seed), []
    for _ in range(SAMPLE):
        revision, key = rng.choice(sorted(revisions)), rng.choice(keys)
        answer = await client.call("CanaryAdmin/ExplainAssignment",
                                   pb.ExplainAssignmentRequest(revision=revision, key=key),
                                   pb.ExplainAssignmentResponse, TIMEOUT_SECONDS)
        explained.append([revision, key, answer.version])
    await client.channel.close()
    return {"revisions": revisions, "explained": explained}


def histories(controls, seed, keys):
    """Router -> {revisions: {number: {weights, reason}}, explained: [[revision, key, version]]}."""
    async def all_of_them():
        return {name: await _history(address, seed, keys) for name, address in controls.items()}
    return asyncio.run(all_of_them())


def scores(addresses, texts):
    """Version -> compound of each text, asked of the model servers themselves."""
    async def ask(address):
        from serin.v1 import predictor_pb2 as pb
        client = rpc.Client(address)
        request = pb.PredictBatchRequest(items=[pb.PredictRequest(text=text) for text in texts])
        done = await client.call("Predictor/PredictBatch", request, pb.PredictBatchResponse,
                                 TIMEOUT_SECONDS)
        await client.channel.close()
        return [result.response.sentiment.compound for result in done.results]

    async def all_of_them():
        return {version: await ask(address) for version, address in addresses.items()}
    return asyncio.run(all_of_them())
