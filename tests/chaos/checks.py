"""What must be true of a run, decided from its journals alone. Pure: each check takes what was written
down and returns the violations it found, as lines for people.

Promised is what docs/reliability.md says. An attempt at a prediction may fail only with UNAVAILABLE,
and only while its router, or every endpoint that could have answered it, was away; while its router
was away also with DEADLINE_EXCEEDED (the caller had little time left) and CANCELLED (the router ended
in that instant).
"""
import bisect
import collections

from oracle import version_of

ROUTE = "sentiment"
STABLE = "v1"
# An endpoint or a router counts as away this long after it came back or its connections were cut: who
# calls it must connect again. Before it, as its end is written down an instant after others see it.
SETTLE_SECONDS = 2.0
EARLY_SECONDS = 0.05
ROUTER_AWAY_CODES = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED")
SHOWN = 5


def shown(lines, what):
    """At most a few of the lines, and how many there were."""
    if len(lines) > SHOWN:
        return [*lines[:SHOWN], f"… {len(lines)} {what} in all"]
    return lines


class Absences:
    """When each process was away, from the events."""

    def __init__(self, events):
        self._spans = collections.defaultdict(list)
        down = {}
        for event in events:
            who, t = event["who"], event["t"]
            if event["what"] == "down":
                down.setdefault(who, t)
            elif event["what"] == "up" and who in down:
                self._add(who, down.pop(who), t)
            elif event["what"] in ("cut", "stall"):
                self._add(who, t, t + event.get("seconds", 0))
        for who, t in down.items():
            self._add(who, t, float("inf"))

    def _add(self, who, begin, end):
        self._spans[who].append((begin - EARLY_SECONDS, end + SETTLE_SECONDS))

    def within(self, who, begin, end):
        """The spans of absence that touch [begin, end]."""
        return [(max(b, begin), min(e, end)) for b, e in self._spans[who] if b <= end and e >= begin]

    def any_of(self, who, begin, end):
        return bool(self.within(who, begin, end))

    def all_at_once(self, names, begin, end):
        """Whether at some moment in [begin, end] nobody of `names` was there."""
        spans = [self.within(name, begin, end) for name in names]
        moments = [b for row in spans for b, _ in row]
        return any(all(any(b <= t <= e for b, e in row) for row in spans) for t in moments)


def excused(call, absences):
    begin, end = call.t0, call.t1
    if call.code in ROUTER_AWAY_CODES and absences.any_of(call.router, begin, end):
        return True
    if call.code != "UNAVAILABLE":
        return False
    # Any version may have been assigned to it; the stable one answers for all but the pinned.
    version = call.pinned or STABLE
    return absences.all_at_once([f"{version}-a", f"{version}-b"], begin, end)


def failed_attempts(calls, absences):
    """No error that nobody's absence explains."""
    bad = [f"call {call.call}/{call.item} to {call.router} failed with {call.code} ({call.message}), sent "
           f"{call.t0:.3f}, answered {call.t1:.3f}, though somebody could have answered"
           for call in calls if call.code != "OK" and not excused(call, absences)]
    return shown(bad, "unexplained errors")


def wrong_assignment(version, key, pinned, revision, kind, weights):
    """Why this answer is not what the revision says, or an empty string."""
    if kind in ("FALLBACK", "SPILL"):
        if pinned:
            return f"a pinned call got {kind}"
        if version != STABLE:
            return f"{kind} went to {version}, not to the stable version"
        own = key and version_of(ROUTE, key, weights) == STABLE
        return f"the stable version's own key got {kind}" if own else ""
    if kind == "PINNED":
        return "" if version == pinned else f"pinned {pinned or 'nothing'}, got {version}"
    if pinned:
        return f"pinned {pinned}, but assigned by {kind}"
    if kind == "KEY":
        expected = version_of(ROUTE, key, weights)
        return "" if key and version == expected else f"revision {revision} assigns {expected}"
    if kind == "BLOCK":
        return "" if not key and weights.get(version, 0) > 0 else f"revision {revision} gives it no weight"
    return f"unknown assignment {kind}"


def check_answer(what, answer, revisions):
    version, key, pinned, revision, kind = answer
    if revision not in revisions:
        return f"{what}: answered under revision {revision}, which nobody lists"
    fault = wrong_assignment(version, key, pinned, revision, kind, revisions[revision]["weights"])
    return f"{what}: key {key!r} was answered by {version} ({kind}): {fault}" if fault else ""


def wrong_versions(calls, histories):
    """Every answer comes from the version that its revision assigns."""
    bad = (check_answer(f"call {call.call}/{call.item} to {call.router}",
                         (call.version, call.key, call.pinned, call.revision, call.assignment),
                         histories[call.router]["revisions"])
           for call in calls if call.code == "OK")
    return shown([line for line in bad if line], "wrong versions")


def wrong_scores(calls, scores):
    """Every answer is the answer to its own text, by the version it names."""
    bad = [f"call {call.call}/{call.item}: {call.version} said {call.compound} of text {call.text}, "
           f"expected {scores[call.version][call.text]}"
           for call in calls
           if call.code == "OK" and abs(call.compound - scores[call.version][call.text]) > 1e-9]
    return shown(bad, "wrong scores")


def wrong_explanations(histories):
    bad = [f"{router} explains key {key!r} under revision {revision} with {version}"
           for router, history in histories.items()
           for revision, key, version in history["explained"]
           if version != version_of(ROUTE, key, history["revisions"][revision]["weights"])]
    return shown(bad, "wrong explanations")


def lost_changes(changes, histories, groups):
    """Of each group: every acknowledged change is in the history under its number, none that was
    refused is, nothing is there that nobody asked for, and all routers agree."""
    bad = []
    for group, routers in groups.items():
        revisions = histories[routers[0]]["revisions"]
        bad += [f"{name} and {routers[0]} list different revisions" for name in routers[1:]
                if histories[name]["revisions"] != revisions]
        if sorted(revisions) != list(range(1, len(revisions) + 1)):
            bad.append(f"{group}: revisions are not numbered 1 to {len(revisions)}")
        ours = [change for change in changes if change["group"] == group]
        bad += _unlike_history(ours, revisions)
        asked = {change["reason"] for change in ours}
        bad += [f"{group}: revision {number} ({entry['reason']!r}) was asked for by nobody"
                for number, entry in revisions.items() if number > 1 and entry["reason"] not in asked]
    return shown(bad, "faults of the history")


def is_refused(change):
    """Whether the answer says for certain that nothing was changed. After UNAVAILABLE from a lost
    connection nobody knows; the revision log's own UNAVAILABLE is a promise of the file."""
    if change["code"] in ("ABORTED", "FAILED_PRECONDITION", "INVALID_ARGUMENT"):
        return True
    return change["code"] == "UNAVAILABLE" and "revisions.log" in change["message"]


def _unlike_history(changes, revisions):
    numbers = {entry["reason"]: number for number, entry in revisions.items()}
    for change in changes:
        reason, code = change["reason"], change["code"]
        listed = revisions.get(change.get("revision"))
        if code == "OK":
            if listed is None or listed["reason"] != reason:
                yield f"{reason}: revision {change['revision']} was acknowledged and is lost"
            elif {k: w for k, w in listed["weights"].items() if w} != {
                    k: w for k, w in change["weights"].items() if w}:
                yield f"{reason}: {change['weights']} was acknowledged, {listed['weights']} is listed"
            if change["expected"] and change["revision"] != change["expected"] + 1:
                yield f"{reason}: expected revision {change['expected']}, became {change['revision']}"
        elif code != "SENT" and reason in numbers and is_refused(change):
            yield f"{reason}: refused with {code}, but listed as revision {numbers[reason]}"
        if change["base"] == "stale" and code == "OK":
            yield f"{reason}: built on a stale revision and was taken"


def stale_answers(calls, changes):
    """What is asked of a router after it acknowledged a revision is assigned by that one or a later."""
    acknowledged = collections.defaultdict(list)
    for change in sorted((c for c in changes if c["code"] == "OK"), key=lambda c: c["t1"]):
        row = acknowledged[change["router"]]
        row.append((change["t1"], max(change["revision"], row[-1][1] if row else 0)))
    bad = []
    for call in calls:
        row = acknowledged[call.router]
        at = bisect.bisect_left(row, (call.t0, 0)) - 1
        if call.code == "OK" and at >= 0 and call.revision < row[at][1]:
            bad.append(f"call {call.call}/{call.item} to {call.router}: answered under revision "
                       f"{call.revision}, {row[at][1]} was acknowledged before it was sent")
    return shown(bad, "stale answers")
