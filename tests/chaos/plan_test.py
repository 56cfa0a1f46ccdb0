"""A failing seed can be run again."""
import unittest

from plan import KINDS, make_plan


class PlanTest(unittest.TestCase):
    def test_the_same_seed_does_the_same_and_another_seed_something_else(self):
        self.assertEqual(make_plan(7, 600), make_plan(7, 600))
        self.assertNotEqual(make_plan(7, 600), make_plan(8, 600))

    def test_a_longer_run_begins_like_a_shorter_one(self):
        longer = make_plan(7, 600)
        shorter = make_plan(7, 60)
        self.assertEqual(longer[:len(shorter)], shorter)

    def test_ten_minutes_do_every_kind_of_fault_to_every_target(self):
        plan = make_plan(1, 600)
        for kind, (_, _, _, targets) in KINDS.items():
            self.assertEqual({fault.target for fault in plan if fault.kind == kind} - {"kafka"},
                             set(targets) - {"kafka"}, kind)
        self.assertGreater(sum(fault.target == "kafka" for fault in plan), 10)


if __name__ == "__main__":
    unittest.main()
