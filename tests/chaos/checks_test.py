"""Each promise, with a history that keeps it and histories that must fail."""
import unittest

import checks
import record_checks
from checks import Absences
from journal import Call
from oracle import version_of

HALF = {"weights": {"v1": 50, "v2": 50}, "reason": "solo 1"}
HISTORY = {1: {"weights": {"v1": 80, "v2": 20}, "reason": "config"}, 2: HALF}
HISTORIES = {"solo": {"revisions": HISTORY, "explained": []}}
GROUPS = {"solo": ["solo"]}
KEY_OF = {version: next(f"k{n:04}" for n in range(100)
                        if version_of("sentiment", f"k{n:04}", HALF["weights"]) == version)
          for version in ("v1", "v2")}


def call(**fields):
    usual = {"call": 1, "item": 0, "t0": 10.0, "t1": 10.5, "group": "solo", "router": "solo", "pinned": "",
             "key": KEY_OF["v2"], "text": 0, "code": "OK", "version": "v2", "revision": 2,
             "assignment": "KEY", "compound": 0.5, "message": ""}
    return Call(**usual | fields)


def change(**fields):
    return {"group": "solo", "router": "solo", "reason": "solo 1", "weights": HALF["weights"], "expected": 1,
            "base": "current", "force": False, "t0": 5.0, "t1": 5.1, "code": "OK", "revision": 2,
            "message": ""} | fields


class ChecksTest(unittest.TestCase):
    def assert_fails(self, violations, words):
        self.assertEqual(len(violations), 1, violations)
        self.assertIn(words, violations[0])


class WrongVersionsTest(ChecksTest):
    def check(self, **fields):
        return checks.wrong_versions([call(**fields)], HISTORIES)

    def test_good_answers_are_good(self):
        for fields in ({}, {"key": KEY_OF["v1"], "version": "v1"}, {"key": "", "assignment": "BLOCK"},
                       {"key": "", "pinned": "v2", "assignment": "PINNED"},
                       {"version": "v1", "assignment": "FALLBACK"}, {"version": "v1", "assignment": "SPILL"}):
            self.assertEqual(self.check(**fields), [], fields)

    def test_a_key_at_the_wrong_version_fails(self):
        self.assert_fails(self.check(version="v1"), "revision 2 assigns v2")

    def test_an_unknown_revision_fails(self):
        self.assert_fails(self.check(revision=3), "revision 3, which nobody lists")

    def test_a_pinned_call_elsewhere_fails(self):
        self.assert_fails(self.check(pinned="v1", assignment="PINNED"), "pinned v1, got v2")
        self.assert_fails(self.check(pinned="v2", version="v1", assignment="SPILL"), "pinned call got SPILL")

    def test_a_fallback_must_go_from_another_to_the_stable_version(self):
        self.assert_fails(self.check(assignment="FALLBACK"), "not to the stable version")
        self.assert_fails(self.check(key=KEY_OF["v1"], version="v1", assignment="SPILL"), "own key")

    def test_a_version_without_weight_must_not_answer(self):
        history = {"solo": {"revisions": {2: {"weights": {"v1": 1, "v2": 0}, "reason": "x"}}, "explained": []}}
        lines = checks.wrong_versions([call(key="", assignment="BLOCK")], history)
        self.assert_fails(lines, "gives it no weight")

    def test_the_routers_own_explanation_is_checked(self):
        wrong = {"solo": {"revisions": HISTORY, "explained": [[2, KEY_OF["v2"], "v1"]]}}
        self.assert_fails(checks.wrong_explanations(wrong), "explains key")


class LostChangesTest(ChecksTest):
    def check(self, *changes, history=None, others=None):
        histories = {"solo": {"revisions": HISTORY if history is None else history, "explained": []}}
        return checks.lost_changes(changes, histories | (others or {}),
                                   {"solo": ["solo", *(others or {})]})

    def test_a_kept_change_is_good(self):
        self.assertEqual(self.check(change()), [])

    def test_a_lost_revision_fails(self):
        self.assert_fails(self.check(change(), history={1: HISTORY[1]}), "acknowledged and is lost")

    def test_a_revision_of_somebody_else_in_its_place_fails(self):
        self.assertIn("is lost", "\n".join(self.check(change(reason="solo 7"))))

    def test_other_weights_than_acknowledged_fail(self):
        self.assert_fails(self.check(change(weights={"v1": 1, "v2": 1})), "is listed")

    def test_a_refused_change_in_the_history_fails(self):
        self.assert_fails(self.check(change(code="ABORTED")), "refused with ABORTED, but listed")
        full = {"code": "UNAVAILABLE", "message": "cannot write disk/revisions.log: No space left"}
        self.assert_fails(self.check(change(**full)), "refused with UNAVAILABLE, but listed")

    def test_a_change_that_nobody_heard_of_may_be_there_or_not(self):
        for history in (HISTORY, {1: HISTORY[1]}):
            self.assertEqual(self.check(change(code="UNAVAILABLE", message="Socket closed"),
                                        history=history), [])

    def test_a_stale_change_must_not_be_taken(self):
        lines = self.check(change(base="stale", expected=1))
        self.assert_fails(lines, "stale revision and was taken")

    def test_compare_and_swap_takes_exactly_the_next_number(self):
        history = {1: HISTORY[1], 2: {"weights": {"v1": 1}, "reason": "solo 0"}, 3: HALF}
        lines = self.check(change(revision=3), change(reason="solo 0", code="DEADLINE_EXCEEDED"),
                           history=history)
        self.assert_fails(lines, "expected revision 1, became 3")

    def test_a_gap_and_a_foreign_revision_fail(self):
        gap = self.check(change(revision=3), history={1: HISTORY[1], 3: HALF})
        self.assertIn("not numbered", gap[0])
        self.assert_fails(self.check(history=HISTORY), "asked for by nobody")

    def test_routers_that_disagree_fail(self):
        other = {"pair-b": {"revisions": {1: HISTORY[1]}, "explained": []}}
        self.assert_fails(self.check(change(), others=other), "list different revisions")

    def test_an_answer_older_than_an_acknowledged_change_fails(self):
        stale = call(revision=1)
        self.assert_fails(checks.stale_answers([stale], [change()]), "answered under revision 1")
        self.assertEqual(checks.stale_answers([call(), call(revision=1, t0=5.05)], [change()]), [])


class FailedAttemptsTest(ChecksTest):
    FAILED = {"code": "UNAVAILABLE", "version": "", "message": "gone"}

    def check(self, *events, **fields):
        return checks.failed_attempts([call(**self.FAILED | fields)], Absences(events))

    def test_an_error_without_a_reason_fails(self):
        self.assert_fails(self.check(), "somebody could have answered")

    def test_an_error_while_the_router_is_away_is_no_fault_but_long_before_or_after_it_is(self):
        away = {"t": 10.2, "what": "down", "who": "solo"}, {"t": 12.0, "what": "up", "who": "solo"}
        self.assertEqual(self.check(*away), [])
        self.assert_fails(self.check(*away, t0=8.0, t1=9.0), "could have answered")
        self.assert_fails(self.check(*away, t0=15.0, t1=15.1), "could have answered")

    def test_one_endpoint_away_is_no_reason_but_all_at_once_are(self):
        one = {"t": 10.2, "what": "down", "who": "v1-a"}
        self.assert_fails(self.check(one), "could have answered")
        self.assert_fails(self.check(one, {"t": 1.0, "what": "cut", "who": "v1-b"}), "could have answered")
        self.assertEqual(self.check(one, {"t": 10.3, "what": "cut", "who": "v1-b"}), [])

    def test_a_dead_canary_is_a_reason_only_for_who_insists_on_it(self):
        dead = [{"t": 9.0, "what": "down", "who": f"v2-{letter}"} for letter in "ab"]
        self.assert_fails(self.check(*dead), "could have answered")
        self.assertEqual(self.check(*dead, pinned="v2"), [])

    def test_no_absence_excuses_another_code(self):
        self.assert_fails(self.check({"t": 10.2, "what": "down", "who": "solo"}, code="INTERNAL"), "INTERNAL")

    def test_late_or_cancelled_is_no_fault_while_the_router_is_away_and_one_otherwise(self):
        for code in ("DEADLINE_EXCEEDED", "CANCELLED"):
            self.assertEqual(self.check({"t": 10.2, "what": "down", "who": "solo"}, code=code), [])
            both = [{"t": 9.0, "what": "down", "who": f"v1-{letter}"} for letter in "ab"]
            self.assert_fails(self.check(*both, code=code), code)

    def test_the_answer_to_another_text_fails(self):
        self.assert_fails(checks.wrong_scores([call(text=1)], {"v2": [0.5, -0.5]}), "expected -0.5")
        self.assertEqual(checks.wrong_scores([call()], {"v2": [0.5, -0.5]}), [])


class RecordsTest(ChecksTest):
    INPUTS = [[0, 0, True], [0, 1, False], [1, 0, True]]
    RESULTS = [[0, 0, KEY_OF["v1"], "v1", 2, "KEY"], [1, 0, KEY_OF["v2"], "v2", 2, "KEY"]]
    DEAD = [[0, 1, "not JSON"]]

    def found(self, **other):
        return {"inputs": self.INPUTS, "results": self.RESULTS, "dead": self.DEAD} | other

    def test_all_in_all_out_is_good(self):
        found = self.found()
        self.assertEqual(record_checks.lost_records(found, 3), [])
        self.assertEqual(record_checks.duplicate_records(found), [])
        self.assertEqual(record_checks.wrong_record_versions(found, HISTORY), [])

    def test_a_lost_record_fails(self):
        self.assert_fails(record_checks.lost_records(self.found(results=self.RESULTS[:1]), 3), "1/0 is lost")
        self.assert_fails(record_checks.lost_records(self.found(dead=[]), 3), "0/1 is lost")

    def test_an_acknowledged_record_that_is_not_in_the_topic_fails(self):
        self.assert_fails(record_checks.lost_records(self.found(), 4), "4 records were acknowledged")

    def test_a_good_record_among_the_dead_letters_fails(self):
        found = self.found(results=self.RESULTS[:1], dead=[*self.DEAD, [1, 0, "UNAVAILABLE"]])
        self.assert_fails(record_checks.lost_records(found, 3), "became a dead letter: UNAVAILABLE")

    def test_a_duplicate_fails(self):
        twice = self.found(results=[*self.RESULTS, self.RESULTS[0]])
        self.assert_fails(record_checks.duplicate_records(twice), "came out 2 times")
        both = self.found(dead=[*self.DEAD, [0, 0, "x"]])
        self.assert_fails(record_checks.duplicate_records(both), "came out 2 times")
        invented = self.found(results=[*self.RESULTS, [3, 9, "k", "v1", 2, "KEY"]])
        self.assert_fails(record_checks.duplicate_records(invented), "never went in")

    def test_a_record_at_the_wrong_version_fails(self):
        wrong = self.found(results=[[0, 0, KEY_OF["v1"], "v2", 2, "KEY"]])
        self.assert_fails(record_checks.wrong_record_versions(wrong, HISTORY), "assigns v1")


class ProcessesTest(ChecksTest):
    def test_an_end_that_nobody_asked_for_fails(self):
        ended = {"t": 1.0, "what": "ended by itself", "who": "solo", "code": 0}
        self.assert_fails(record_checks.crashes([ended]), "ended by itself")

    def test_who_gives_up_its_start_needs_a_reason(self):
        gave_up = {"t": 20.0, "what": "gave up", "who": "pair-a", "code": 1}
        self.assert_fails(record_checks.crashes([gave_up]), "gave up")
        away = {"t": 9.0, "what": "down", "who": "kafka"}
        self.assertEqual(record_checks.crashes([away, gave_up]), [])

    def test_a_bad_end_fails(self):
        for code in (-11, 1, None):
            ended = {"t": 1.0, "what": "ended", "who": "solo", "code": code}
            self.assert_fails(record_checks.crashes([ended]), f"ended with {code}")
        self.assertEqual(record_checks.crashes([{"t": 1.0, "what": "ended", "who": "solo", "code": 0}]), [])

    def test_a_stream_client_may_miss_its_last_commit_only_without_its_broker(self):
        ended = {"t": 20.0, "what": "ended", "who": "once-0", "code": 1}
        away = {"t": 9.0, "what": "down", "who": "kafka"}
        self.assert_fails(record_checks.crashes([ended]), "ended with 1")
        self.assertEqual(record_checks.crashes([away, ended]), [])
        self.assert_fails(record_checks.crashes([away, ended | {"who": "solo"}]), "ended with 1")
        self.assert_fails(record_checks.crashes([away, ended | {"code": -11}]), "ended with -11")

    def test_growth_fails(self):
        before = {"solo": [50_000, 40, 20]}
        for after, words in (([200_000, 40, 20], "memory"), ([50_000, 90, 20], "descriptors"),
                             ([50_000, 40, 80], "threads")):
            self.assert_fails(record_checks.swollen(before, {"solo": after}), words)
        self.assertEqual(record_checks.swollen(before, {"solo": [60_000, 45, 22]}), [])


if __name__ == "__main__":
    unittest.main()
