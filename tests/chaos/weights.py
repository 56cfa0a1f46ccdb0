"""Changes the weights of a group of routers all the time, mostly by compare-and-swap, and writes down
what was acknowledged."""
import asyncio
import random
import time

import grpc

import rpc

PAUSE_SECONDS = (0.2, 1.5)
TIMEOUT_SECONDS = 8
# How a change says what it builds on: the revision just read, the one before, none.
BASES = ("current", "stale", "any")
BASE_SHARES = (8, 1, 1)


class WeightChanger:
    def __init__(self, group, controls, journal, seed):
        self._group, self._journal = group, journal
        self._clients = {name: rpc.Client(address) for name, address in controls.items()}
        self._rng = random.Random(f"{group} {seed}")
        self._count = 0

    async def run(self, ended):
        while not ended.is_set():
            await self._one_change()
            await asyncio.sleep(self._rng.uniform(*PAUSE_SECONDS))

    def _weights(self):
        """Often one version alone, so that a version without weight is tried too."""
        share = self._rng.choice((0, 100, self._rng.randint(0, 100), self._rng.randint(0, 100)))
        return {"v1": share, "v2": 100 - share}

    async def _one_change(self):
        from serin.v1 import canary_admin_pb2 as pb
        router = self._rng.choice(sorted(self._clients))
        client = self._clients[router]
        base, = self._rng.choices(BASES, BASE_SHARES)
        weights, force = self._weights(), self._rng.random() < 0.7
        try:
            current = (await client.call("CanaryAdmin/GetRoute", pb.GetRouteRequest(), pb.Route,
                                         TIMEOUT_SECONDS)).revision
        except grpc.aio.AioRpcError:
            return
        if base == "stale" and current == 1:
            return
        expected = {"current": current, "stale": current - 1, "any": 0}[base]
        self._count += 1
        change = {"group": self._group, "router": router, "reason": f"{self._group} {self._count}",
                  "weights": weights, "expected": expected, "base": base, "force": force,
                  "t0": time.monotonic()}
        # Written before it is sent, so that a revision always has somebody who asked for it.
        self._journal.line(change | {"code": "SENT"})
        request = pb.SetWeightsRequest(weights=weights, expected_revision=expected, force=force,
                                       reason=change["reason"], actor="chaos")
        change |= await self._send(client, request)
        self._journal.line(change)
        self._journal.flush()

    @staticmethod
    async def _send(client, request):
        from serin.v1 import canary_admin_pb2 as pb
        try:
            done = await client.call("CanaryAdmin/SetWeights", request, pb.SetWeightsResponse,
                                     TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError as error:
            return {"t1": time.monotonic(), "code": error.code().name, "message": error.details(),
                    "revision": 0}
        return {"t1": time.monotonic(), "code": "OK", "message": "", "revision": done.route.revision}
