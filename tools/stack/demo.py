"""The demo: real text through Kafka, the router and two models, with every figure checked."""
import json
import pathlib
import subprocess
import sys
import time

from stack import summary, texts
from stack.process import ProcessFailed
from stack.progress import Progress, say
from stack.stack import Stack, binary, http_text
from stack.topics import read_topic

REWEIGHTED_RECORDS = 2000
STREAM_SECONDS = 120
TARGET = {"v1": 0.80, "v2": 0.20}
TARGET_AFTER = {"v1": 0.50, "v2": 0.50}


def scored_so_far(port):
    """The stream's own count; 0 while it does not answer."""
    try:
        lines = http_text(port, "/metrics").splitlines()
    except OSError:
        return 0
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("serin_stream_records_total")))


def run_stream(stack):
    """Lets the stream client work through the topic; it ends by itself. Returns the seconds from its
    start to its end: connecting and joining the consumer group count."""
    port = stack.ports["stream admin"]
    started = time.monotonic()
    stream = stack.run_stream("stream-demo", output=sys.stdout)
    with Progress("scoring the topic", lambda: f"{scored_so_far(port):,} records"):
        code = stream.wait(STREAM_SECONDS)
    if code is None:
        raise ProcessFailed(f"the stream client did not end within {STREAM_SECONDS} s")
    if code != 0:
        raise ProcessFailed(f"the stream client ended with {code}:\n{stream.last_words()}")
    return time.monotonic() - started


def read_topics(stack):
    with Progress("reading the topics"):
        inputs = read_topic(stack.kafka, "test")
        results = read_topic(stack.kafka, "predictions")
        dead = read_topic(stack.kafka, "dead-letters")
    return inputs, results, dead


def print_shares(versions, target):
    say(f"  {'version':<9}{'records':>9}{'share':>9}{'target':>9}")
    for name, row in versions.items():
        say(f"  {name:<9}{row['items']:>9,}{row['share']:>9.1%}{target.get(name, 0):>9.0%}")


def print_accuracy(versions):
    say("  Right by the people's ratings, of all texts and of the fifth that v2 was not trained on:")
    for name, row in versions.items():
        say(f"  {name:<9}{row['accuracy'] or 0:>9.1%}{row['unseen_accuracy'] or 0:>9.1%}"
            f"  ({row['unseen_items']:,} texts)")


def dead_letter_place(record):
    """Partition and offset of the input that a dead letter stands for."""
    return int(record.headers["serin-dlq-partition"]), int(record.headers["serin-dlq-offset"])


def print_dead_letters(dead):
    say(f"Dead letters: {len(dead)}, each with its bytes and the reason:")
    for record in dead:
        partition, offset = dead_letter_place(record)
        value = (record.value or b"").decode(errors="replace")
        say(f"  test/{partition}/{offset}  {value[:40]!r}: {record.headers['serin-dlq-message']}")


def produce_everything(stack, rows):
    say(f"$ serin-stream produce -b {stack.kafka} -t test    # the tutorial's six sentences")
    say("  " + stack.produce("test", map(texts.message, texts.SENTENCES)))
    say(f"$ serin-stream produce … rated_texts.tsv    # {len(rows):,} texts rated by people")
    with Progress("producing"):
        say("  " + stack.produce("test", texts.keyed_lines(rows), form="key-value"))
    say("$ serin-stream produce …    # and some that nobody can score")
    say("  " + stack.produce("test", texts.MALFORMED))


def reweight(stack):
    command = [binary("serinctl"), "--address", stack.address("router CanaryAdmin"), "weights",
               "v1=50", "v2=50", "--reason", "the demo gives v2 half"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProcessFailed(f"serinctl weights: {done.stderr.strip()}")
    say(done.stdout.rstrip())


def first_run(stack, rows, report):
    produce_everything(stack, rows)
    say("\n$ serin-stream run    # trigger: available-now")
    seconds = run_stream(stack)
    inputs, results, dead = read_topics(stack)
    labels = {row.key: row.label for row in rows}
    held_out = texts.held_out_keys(rows, binary("serin-held-out"))
    report["by_version"] = summary.by_version(results, labels, held_out)
    report["throughput_records_per_second"] = round(len(inputs) / seconds)
    say(f"\nScored {len(results):,} of {len(inputs):,} records, "
        f"{report['throughput_records_per_second']:,} a second:")
    print_shares(report["by_version"], TARGET)
    print_accuracy(report["by_version"])
    print_dead_letters(dead)
    return len(results)


def second_run(stack, rows, report, already):
    say("\n$ serinctl weights v1=50 v2=50    # nothing is restarted")
    reweight(stack)
    lines = texts.keyed_lines(rows[:REWEIGHTED_RECORDS], salt="again")
    say("  " + stack.produce("test", lines, form="key-value"))
    run_stream(stack)
    inputs, results, dead = read_topics(stack)
    revision = max(record.json()["route_revision"] for record in results)
    fresh = [record for record in results if record.json()["route_revision"] == revision]
    report["after_reweight"] = {
        name: {"items": row["items"], "share": row["share"]}
        for name, row in summary.by_version(fresh, {}).items()}
    say(f"\nThe next {len(results) - already:,} records, under revision {revision}:")
    print_shares(report["after_reweight"], TARGET_AFTER)
    return inputs, results, dead


def account(report, inputs, results, dead):
    """Adds the balance to the report; says whether nothing is missing and nothing is double."""
    missing, surplus = summary.unaccounted(inputs, results, map(dead_letter_place, dead))
    report.update(records_in=len(inputs), records_out=len(results), dead_lettered=len(dead))
    say(f"\n{len(inputs):,} records in = {len(results):,} results + {len(dead):,} dead letters"
        if not missing and not surplus else
        f"\nFAULT: {len(inputs):,} in, {len(results):,} out, {len(dead):,} dead letters; "
        f"unanswered {missing[:5]}, answered twice or never sent {surplus[:5]}")
    return not missing and not surplus


def run(folder):
    """Runs the demo; returns the exit code."""
    start = time.monotonic()
    rows = texts.rated_texts()
    report = {}
    folder = pathlib.Path(folder)
    with Progress("starting Kafka, two model servers and the router") as starting, \
            Stack(folder, say=say) as stack:
        starting.stop()
        say(f"Kafka {stack.kafka}, router {stack.address('router')}, "
            f"v1 {stack.address('model server v1')}, v2 {stack.address('model server v2')}\n")
        already = first_run(stack, rows, report)
        good = account(report, *second_run(stack, rows, report, already))
    (folder / "summary.json").write_text(json.dumps(report, indent=2) + "\n")
    say(f"{time.monotonic() - start:.1f} s; figures in "
        f"{folder / 'summary.json'}, logs beside it")
    return 0 if good else 1
