"""The checker's own idea of an assignment, against the goldens that the router is tested with."""
import pathlib
import unittest

from oracle import first_slots, slot, version_of

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "router/traffic/golden_slots.tsv"


def goldens():
    """(route, key, slot) for the lengths that the oracle computes."""
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        route, key, expected = line.split("\t")
        if 4 <= len(key.encode()) <= 16 and 4 <= len(route.encode()) <= 16:
            yield route, key, int(expected)


class OracleTest(unittest.TestCase):
    def test_slots_are_those_of_the_goldens(self):
        rows = list(goldens())
        self.assertGreater(len(rows), 20)
        for route, key, expected in rows:
            self.assertEqual(slot(route, key), expected, (route, key))

    def test_slots_are_shared_by_largest_remainder(self):
        self.assertEqual(first_slots({"v1": 80, "v2": 20}), 8000)
        self.assertEqual(first_slots({"v1": 1, "v2": 2}), 3333)
        self.assertEqual(first_slots({"v1": 2, "v2": 1}), 6667)
        self.assertEqual(first_slots({"v2": 7}), 0)

    def test_a_version_without_weight_gets_no_key(self):
        self.assertEqual({version_of("sentiment", f"k{n:04}", {"v1": 5}) for n in range(200)}, {"v1"})


if __name__ == "__main__":
    unittest.main()
