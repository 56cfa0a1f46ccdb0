"""The figures of the demo, from records alone."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from stack import summary, texts, topics  # noqa: E402


def record(partition, offset, value=None, key=b"", at=0):
    value = None if value is None else json.dumps(value).encode()
    return topics.Record(partition, offset, at, key, value, {})


def result(partition, offset, version, label="neutral", key="", at=0):
    value = {"partition": partition, "offset": offset, "model_version": version, "label": label}
    return record(0, offset, value, key.encode(), at)


class UnaccountedTest(unittest.TestCase):
    INPUTS = [record(0, 0), record(0, 1), record(1, 0)]

    def test_each_input_answered_once_leaves_nothing(self):
        results = [result(0, 0, "v1"), result(1, 0, "v2")]
        self.assertEqual(summary.unaccounted(self.INPUTS, results, [(0, 1)]), ([], []))

    def test_a_lost_record_is_found_even_when_the_sums_agree(self):
        results = [result(0, 0, "v1"), result(0, 0, "v1")]
        self.assertEqual(summary.unaccounted(self.INPUTS, results, [(0, 1)]), ([(1, 0)], [(0, 0)]))

    def test_a_record_that_is_both_result_and_dead_letter_is_found(self):
        results = [result(0, 0, "v1"), result(0, 1, "v1"), result(1, 0, "v1")]
        self.assertEqual(summary.unaccounted(self.INPUTS, results, [(0, 1)]), ([], [(0, 1)]))


class ByVersionTest(unittest.TestCase):
    def test_share_and_accuracy_are_counted_per_version(self):
        results = [result(0, 0, "v1", "positive", "a"), result(0, 1, "v1", "negative", "b"),
                   result(0, 2, "v1", "neutral", "unrated"), result(0, 3, "v2", "neutral", "c")]
        figures = summary.by_version(results, {"a": "positive", "b": "positive", "c": "neutral"}, {"b", "c"})
        self.assertEqual(figures["v1"], {"items": 3, "share": 0.75, "accuracy": 0.5,
                                         "unseen_items": 1, "unseen_accuracy": 0.0})
        self.assertEqual(figures["v2"], {"items": 1, "share": 0.25, "accuracy": 1.0,
                                         "unseen_items": 1, "unseen_accuracy": 1.0})

    def test_an_accuracy_over_nothing_is_none_and_not_a_number(self):
        self.assertIsNone(summary.by_version([result(0, 0, "v1")], {})["v1"]["accuracy"])


class TopicsTest(unittest.TestCase):
    def test_any_bytes_nulls_and_headers_are_read_back(self):
        output = (b"0 7 1000 1 6 reason=a, b,partition=3\nk\x00\n\xff 1\n\n"
                  b"1 0 1001 -1 -1 \n\n"
                  b"1 1 1002 0 0 \n\n")
        first, null, empty = topics.parse(output)
        self.assertEqual((first.key, first.value), (b"k", b"\x00\n\xff 1\n"))
        self.assertEqual(first.headers, {"reason": "a, b", "partition": "3"})
        self.assertEqual((null.key, null.value, null.offset), (None, None, 0))
        self.assertEqual((empty.key, empty.value), (b"", b""))


class TextsTest(unittest.TestCase):
    def test_the_mean_rating_becomes_a_class_at_one_half(self):
        labels = [texts.label_of(rating) for rating in (0.5, 0.49, 0, -0.49, -0.5)]
        self.assertEqual(labels, ["positive", "neutral", "neutral", "neutral", "negative"])

    def test_a_row_has_the_same_key_every_time_and_another_with_a_salt(self):
        row = texts.RatedText("2ec5d6f4-9d3e-52b3-8b3e-8d9a4a3cb1f0", 'say "hi"\ttab', "neutral")
        (line,), (again,), (other,) = (list(texts.keyed_lines([row], salt)) for salt in ("", "", "x"))
        self.assertEqual(line, again)
        self.assertNotEqual(line.split("\t")[0], other.split("\t")[0])
        self.assertEqual(json.loads(line.split("\t", 1)[1]), {"data": 'say "hi"\ttab'})


if __name__ == "__main__":
    unittest.main()
