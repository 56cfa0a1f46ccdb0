"""Constant load on all routers: predictions by key, without key, pinned and in batches, each attempt
written down. And somebody who changes weights all the time (weights.py).

    load.py FOLDER      settings in FOLDER/load.json; ends with a line on standard input
"""
import asyncio
import json
import pathlib
import random
import sys
import time

import grpc

import rpc
from journal import Journal
from weights import WeightChanger

DEADLINE_SECONDS = 15
BACKOFF_SECONDS = (0.05, 0.5)
# Of 20 calls: by key, without key, pinned, batch.
SHARES = (9, 4, 2, 5)
BATCH_ITEMS = 8
KEYS = 400


class Load:
    def __init__(self, settings, journal):
        self._settings, self._journal = settings, journal
        self._rng = random.Random(settings["seed"])
        self._texts = settings["texts"]
        self._clients = {name: rpc.Client(address) for name, address in settings["routers"].items()}
        self._groups = settings["groups"]
        self._next_call = 0
        self._under_way = set()
        self.answered = self.failed = 0

    async def run(self, ended):
        """Calls begin at even intervals, whatever became of those before."""
        next_at, interval = time.monotonic(), 1 / self._settings["calls_per_second"]
        while not ended.is_set():
            task = asyncio.ensure_future(self._one_call())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            next_at = max(next_at + interval, time.monotonic() - 1)
            await asyncio.sleep(max(0, next_at - time.monotonic()))
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _make_items(self, kind):
        """Items as (pinned, key, number of the text)."""
        rng = self._rng
        if kind == "batch":
            return [("", f"k{rng.randrange(KEYS):04}" if rng.random() < 0.5 else "",
                     rng.randrange(len(self._texts))) for _ in range(BATCH_ITEMS)]
        return [(rng.choice(("v1", "v2")) if kind == "pinned" else "",
                 f"k{rng.randrange(KEYS):04}" if kind == "key" else "", rng.randrange(len(self._texts)))]

    async def _one_call(self):
        self._next_call += 1
        call, rng = self._next_call, self._rng
        group = rng.choice(sorted(self._groups))
        kind, = rng.choices(("key", "none", "pinned", "batch"), SHARES)
        items = dict(enumerate(self._make_items(kind)))
        deadline, backoff, tries = time.monotonic() + DEADLINE_SECONDS, BACKOFF_SECONDS[0], rng.randrange(2)
        while items and (left := deadline - time.monotonic()) > 0:
            names = self._groups[group]
            router = names[tries % len(names)]
            tries += 1
            outcomes = await self._attempt(call, group, router, kind == "batch", items, left)
            items = {n: items[n] for n, code in outcomes.items() if code == "UNAVAILABLE"}
            self.answered += sum(code == "OK" for code in outcomes.values())
            if items:
                await asyncio.sleep(backoff)
                backoff = min(2 * backoff, BACKOFF_SECONDS[1])
        self.failed += len(items)

    async def _attempt(self, call, group, router, batch, items, seconds):
        """Number of an item -> status code."""
        t0 = time.monotonic()
        try:
            answers = await self._ask(router, batch, items, seconds)
        except grpc.aio.AioRpcError as error:
            answers = [(error.code().name, error.details())] * len(items)
        t1 = time.monotonic()
        for (number, (pinned, key, text)), (code, answer) in zip(items.items(), answers):
            start = [call, number, t0, t1, group, router, pinned, key, text, code]
            self._journal.line(start + (["", 0, "", 0, answer] if code != "OK" else answer))
        return {number: code for number, (code, _) in zip(items, answers)}

    async def _ask(self, router, batch, items, seconds):
        from serin.v1 import predictor_pb2 as pb
        requests = [pb.PredictRequest(text=self._texts[text], routing_key=key, model_version=pinned)
                    for pinned, key, text in items.values()]
        client = self._clients[router]
        if not batch:
            return [("OK", self._fields(await client.call("Predictor/Predict", requests[0],
                                                         pb.PredictResponse, seconds)))]
        done = await client.call("Predictor/PredictBatch", pb.PredictBatchRequest(items=requests),
                                 pb.PredictBatchResponse, seconds)
        assert len(done.results) == len(requests), (len(done.results), len(requests))
        codes = {code.value[0]: code.name for code in grpc.StatusCode}
        return [("OK", self._fields(result.response)) if result.HasField("response")
                else (codes[result.error.code], result.error.message) for result in done.results]

    @staticmethod
    def _fields(response):
        from serin.v1 import predictor_pb2 as pb
        return [response.model_version, response.route_revision,
                pb.Assignment.Name(response.assignment), response.sentiment.compound, ""]


async def until_a_line():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.readline()


async def main(folder):
    settings = json.loads((folder / "load.json").read_text())
    rpc.generate(folder / "python")
    calls, changes = Journal(folder / "calls.jsonl"), Journal(folder / "changes.jsonl")
    load, ended = Load(settings, calls), asyncio.Event()
    changers = [WeightChanger(group, {name: settings["controls"][name] for name in names}, changes,
                              settings["seed"])
                for group, names in settings["groups"].items()]
    tasks = [asyncio.ensure_future(work.run(ended)) for work in (load, *changers)]
    line = asyncio.ensure_future(until_a_line())
    await asyncio.wait([line, *tasks], return_when=asyncio.FIRST_COMPLETED)
    ended.set()
    await asyncio.gather(*tasks)
    calls.flush()
    changes.flush()
    print(json.dumps({"answered": load.answered, "failed": load.failed}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1])))
