"""What must be true of the records of a run and of its processes. Pure, as checks.py."""
import collections

from checks import Absences, check_answer, shown
from plan import STREAMS

MEMORY_FACTOR, MEMORY_SLACK_KB = 1.5, 24 * 1024
FDS_SLACK, THREADS_SLACK = 24, 24
# Without its broker a router may give up its start, and a stream client says with 1 that its last offsets
# are not committed. The broker counts as away for so long after it is back.
BROKER_SECONDS = 15


def lost_records(found, acknowledged):
    """Every input came out as a result or, when it cannot be decoded, as a dead letter."""
    bad = []
    if len(found["inputs"]) < acknowledged:
        bad.append(f"{acknowledged} records were acknowledged, {len(found['inputs'])} are in the topic")
    results = {tuple(row[:2]) for row in found["results"]}
    dead = {tuple(row[:2]): row[2] for row in found["dead"]}
    for partition, offset, good in found["inputs"]:
        place = (partition, offset)
        if good and place in dead:
            bad.append(f"record {partition}/{offset} became a dead letter: {dead[place]}")
        elif place not in (results if good else dead):
            bad.append(f"record {partition}/{offset} is lost")
    return shown(bad, "lost records")


def duplicate_records(found):
    """No input came out twice (exactly once alone), and nothing came out that never went in."""
    counts = collections.Counter(tuple(row[:2]) for row in found["results"] + found["dead"])
    inputs = {tuple(row[:2]) for row in found["inputs"]}
    bad = [f"record {p}/{o} came out {count} times" for (p, o), count in counts.items() if count > 1]
    bad += [f"record {p}/{o} came out and never went in" for p, o in counts if (p, o) not in inputs]
    return shown(bad, "duplicates")


def wrong_record_versions(found, revisions):
    bad = (check_answer(f"record {partition}/{offset}", (version, key, "", revision, kind), revisions)
           for partition, offset, key, version, revision, kind in found["results"])
    return shown([line for line in bad if line], "wrong versions")


def _is_bad_end(event, absences):
    without_broker = absences.any_of("kafka", event["t"] - BROKER_SECONDS, event["t"])
    if event["what"] == "gave up":
        return not without_broker
    if event["what"] == "ended" and event["who"] in STREAMS and event["code"] == 1:
        return not without_broker
    return event["what"] == "ended by itself" or event["what"] == "ended" and event["code"] != 0


def crashes(events):
    """Nobody ended but those that were made to, who was asked to end did so with 0, and nobody gave up
    its start without a reason."""
    absences = Absences(events)
    return shown([f"{event['who']} {event['what']} with {event['code']} at {event['t']:.3f}"
                  for event in events if _is_bad_end(event, absences)], "ends")


def swollen(before, after):
    """Vitals at the end against those after the warm-up, {name: [rss_kb, fds, threads]}."""
    bad = []
    for name, (rss, fds, threads) in after.items():
        rss0, fds0, threads0 = before[name]
        if rss > MEMORY_FACTOR * rss0 + MEMORY_SLACK_KB:
            bad.append(f"{name}: {rss / 1024:.0f} MB of memory, {rss0 / 1024:.0f} MB at the start")
        if fds > fds0 + FDS_SLACK:
            bad.append(f"{name}: {fds} file descriptors, {fds0} at the start")
        if threads > threads0 + THREADS_SLACK:
            bad.append(f"{name}: {threads} threads, {threads0} at the start")
    return bad
