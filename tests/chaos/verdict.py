"""The checker: reads a run's folder and says what it violates. Needs nothing that ran.

    verdict.py FOLDER      exit code 1 when something is violated
"""
import json
import pathlib
import sys

import checks
import record_checks
from journal import Call, read


def load_histories(path):
    """JSON has no numbers as keys."""
    return {router: history | {"revisions": {int(n): entry for n, entry in history["revisions"].items()}}
            for router, history in json.loads(path.read_text()).items()}


def judge(folder):
    """(what was checked, violations) for each check."""
    folder = pathlib.Path(folder)
    end = json.loads((folder / "end.json").read_text())
    histories = load_histories(folder / "histories.json")
    calls = [Call(*row) for row in read(folder / "calls.jsonl")]
    changes = list(read(folder / "changes.jsonl"))
    events = list(read(folder / "events.jsonl"))
    final = [change for change in changes if change["code"] != "SENT"]
    acknowledged = sum(change["code"] == "OK" for change in final)
    yield (f"{acknowledged} of {len(final)} weight changes acknowledged, none lost",
           checks.lost_changes(changes, histories, end["groups"]))
    answered = [call for call in calls if call.code == "OK"]
    yield (f"{len(answered):,} answers, each by the version of its revision",
           checks.wrong_versions(calls, histories) + checks.wrong_explanations(histories))
    yield "each answer is that of its own text", checks.wrong_scores(calls, end["scores"])
    yield "no answer older than an acknowledged change", checks.stale_answers(calls, final)
    yield (f"{len(calls) - len(answered):,} attempts failed, none while somebody could answer",
           checks.failed_attempts(calls, checks.Absences(events)))
    for job, found in json.loads((folder / "records.json").read_text()).items():
        yield from judge_job(job, found, end, histories)
    yield from judge_processes(events, end)


def judge_job(job, found, end, histories):
    yield (f"{job}: {len(found['inputs']):,} records, none lost",
           record_checks.lost_records(found, end["acknowledged_records"][job]))
    if job == "once":
        yield f"{job}: none duplicated", record_checks.duplicate_records(found)
    revisions = histories[end["job_routers"][job]]["revisions"]
    yield f"{job}: each by the version of its revision", record_checks.wrong_record_versions(found, revisions)


def judge_processes(events, end):
    yield "no process ended by itself, and none badly", record_checks.crashes(events)
    yield "no process is left over", end["left_over"]
    yield "memory, descriptors and threads are back", record_checks.swollen(end["before"], end["after"])


def report(folder, say=print):
    """Prints the verdict; returns how many checks failed."""
    bad = 0
    for what, violations in judge(folder):
        say(f"  {'FAULT' if violations else 'good '}  {what}")
        for line in violations:
            say(f"         {line}")
        bad += bool(violations)
    return bad


if __name__ == "__main__":
    sys.exit(1 if report(sys.argv[1]) else 0)
