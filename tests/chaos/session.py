"""One run: starts everything, lets the faults in, waits until all is well again, and writes down what the
checker needs."""
import json
import pathlib
import shutil
import subprocess
import sys
import time

import history
import records
import rpc
from cluster import PROGRAMS, Cluster
from faults import Faults, Scheduler
from journal import Journal
from plan import DISK, ROUTERS, make_plan
from stack.process import Process, ProcessFailed, wait_until
from stack.stack import ROOT
from stack.texts import rated_texts
from vitals import marked_processes, vitals

MARK = "SERIN_CHAOS_RUN"
GROUPS = {"solo": ["solo"], "pair": ["pair-a", "pair-b"]}
JOB_ROUTERS = {"once": "pair-a", "least": "solo"}
TEXTS = 200
WARM_UP_SECONDS, CALM_SECONDS = 8, 8
DONE_SECONDS = 120
TELL_EVERY_SECONDS = 10


def fresh_folder(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


def _start_load(options, folder, cluster, texts):
    settings = {"seed": options.seed, "calls_per_second": options.rate, "texts": texts, "groups": GROUPS,
                "routers": {name: f"127.0.0.1:{cluster.ports[name]}" for name in ROUTERS},
                "controls": _controls(cluster)}
    (folder / "load.json").write_text(json.dumps(settings))
    return Process("load", [sys.executable, pathlib.Path(__file__).parent / "load.py", folder],
                   folder / "load.log", ROOT, output=subprocess.PIPE, keep_input=True)


def _controls(cluster):
    return {name: f"127.0.0.1:{cluster.ports[f'{name} control']}" for name in ROUTERS}


def _vitals(cluster):
    found = {name: vitals(cluster.pid(name)) for name in PROGRAMS}
    return {name: [v.rss_kb, v.fds, v.threads] for name, v in found.items() if v}


def _tell(faults, begin, load, say):
    """A line every few seconds; ends the run when the load has ended, which it must not."""
    while True:
        load.check_alive()
        say(f"  … {time.monotonic() - begin:4.0f} s, {faults.done} faults, {faults.left_out} left out")
        yield TELL_EVERY_SECONDS


def _rage(options, cluster, faults, scheduler, may_fill):
    """All faults of the plan, then until nothing is broken any more."""
    begin = time.monotonic()
    for fault in make_plan(options.seed, options.seconds):
        if fault.target != DISK or may_fill:
            scheduler.add(begin + fault.at, faults.inflict(fault))
    scheduler.run(begin + options.seconds)
    give_up = time.monotonic() + DONE_SECONDS
    while faults.busy() or not all(map(cluster.is_ready, PROGRAMS)):
        if time.monotonic() > give_up:
            away = [name for name in PROGRAMS if not cluster.is_ready(name)]
            raise ProcessFailed(f"not well again after {DONE_SECONDS} s: {faults.busy()}, {away} not ready")
        scheduler.run(time.monotonic() + 0.5)


def _until_all_records_are_out(cluster, scheduler):
    give_up = time.monotonic() + DONE_SECONDS
    while True:
        found = {job: records.read_job(cluster.kafka, job) for job in records.jobs()}
        if all(map(records.is_done, found.values())) or time.monotonic() > give_up:
            return found
        scheduler.run(time.monotonic() + 1)


def _scores(cluster, texts):
    return history.scores({v: f"127.0.0.1:{cluster.ports[f'{v}-a']}" for v in ("v1", "v2")}, texts)


def run(options, folder, disk, may_fill, mark, say):
    """Raises ProcessFailed when there is nothing to judge."""
    rpc.generate(folder / "python")
    texts = [row.text for row in rated_texts()[:TEXTS]]
    journal = Journal(folder / "events.jsonl")
    cluster = Cluster(folder, disk, journal)
    end = {"groups": GROUPS, "job_routers": JOB_ROUTERS}
    try:
        say("  … starting the broker, four model servers, three routers, four stream clients")
        cluster.start_all()
        end["scores"] = _scores(cluster, texts)
        _live(options, folder, cluster, journal, texts, may_fill, end, say)
    finally:
        codes = cluster.stop_all()
    for name, code in codes.items():
        journal.event("ended", name, code=code)
    end["left_over"] = [f"{pid}: {command}" for pid, command in _left_over(mark).items()]
    (folder / "end.json").write_text(json.dumps(end))


def _left_over(mark):
    """What still runs a moment after the end: tools/kafka looks once a second whether its node is there."""
    deadline = time.monotonic() + 3
    while (left := marked_processes(MARK, mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _live(options, folder, cluster, journal, texts, may_fill, end, say):
    load = _start_load(options, folder, cluster, texts)
    scheduler, faults = Scheduler(), Faults(cluster, journal)
    begin = time.monotonic()
    last_record = begin + WARM_UP_SECONDS + options.seconds + CALM_SECONDS / 2
    producers = {job: records.Producer(job, cluster.kafka, folder, journal) for job in records.jobs()}
    for producer in producers.values():
        scheduler.add(begin, producer.run(last_record))
    scheduler.add(begin, faults.watch())
    scheduler.add(begin, _tell(faults, begin, load, say))
    scheduler.run(begin + WARM_UP_SECONDS)
    end["before"] = _vitals(cluster)
    _rage(options, cluster, faults, scheduler, may_fill)
    scheduler.run(time.monotonic() + CALM_SECONDS)
    load.tell("end")
    wait_until(lambda: load.exit_code() is not None, "the load", 60)
    say(f"  … load ended: {load.stdout.read().decode().strip()}")
    end["after"] = _vitals(cluster)
    _write_down(folder, cluster, scheduler, producers, end, options)


def _write_down(folder, cluster, scheduler, producers, end, options):
    keys = [f"k{n:04}" for n in range(400)]
    (folder / "histories.json").write_text(
        json.dumps(history.histories(_controls(cluster), options.seed, keys)))
    (folder / "records.json").write_text(json.dumps(_until_all_records_are_out(cluster, scheduler)))
    end["acknowledged_records"] = {job: producer.acknowledged for job, producer in producers.items()}
