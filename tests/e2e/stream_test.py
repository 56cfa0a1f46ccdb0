"""The stream client on a real Kafka: good and bad records, twice."""
import unittest

from support import Kafka, grpcurl, temporary_folder
from stack import texts
from stack.stack import Stack
from stack.topics import read_topic

VALID = 300
# Key -> bytes that cannot be scored, and what the reason must speak of.
BAD = {
    "invalid-json": (b'{"data": "open', "JSON|json"),
    "no-object": (b"no JSON at all", "JSON|json"),
    "missing-data": (b'{"text": "hello"}', "data"),
    "number": (b'{"data": 42}', "data"),
    "null-data": (b'{"data": null}', "data"),
    "null-value": (None, "null"),
    "empty-value": (b"", "."),
    "invalid-utf8": (b'{"data": "caf\xe9"}', "UTF-8"),
    "nul": (b'{"data": "a\\u0000b"}', "NUL"),
    "huge": (b'{"data": "' + b"x" * (1 << 20) + b'"}', "65536"),
    "empty-text": (b'{"data": ""}', "text|empty"),
}


class StreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls.addClassCleanup)
        cls.kafka = Kafka(folder)
        cls.addClassCleanup(cls.kafka.stop)
        cls.kafka.create_topics(test=4, predictions=4, dead_letters=1)
        cls.stack = cls.enterClassContext(Stack(folder / "stack", kafka=cls.kafka.address, any_free=True))
        cls.rows = texts.rated_texts()[:VALID]
        cls.said = cls.stack.produce("test", texts.keyed_lines(cls.rows), form="key-value")
        for key, (value, _) in BAD.items():
            cls.kafka.produce("test", key, value)
        cls.run_stream()
        cls.inputs = cls.read("test")
        cls.results = cls.read("predictions")
        cls.dead = {record.key.decode(): record for record in cls.read("dead-letters")}

    @classmethod
    def read(cls, topic):
        return read_topic(cls.kafka.address, topic)

    @classmethod
    def run_stream(cls):
        stream = cls.stack.run_stream("stream-demo")
        code = stream.wait(90)
        assert code == 0, f"serin-stream: {code}\n{stream.last_words(30)}"

    def test_the_producer_reports_what_it_sent(self):
        self.assertEqual(self.said.splitlines()[-1], f"we've sent {VALID} messages to {self.kafka.address}")
        self.assertEqual(len(self.inputs), VALID + len(BAD))

    def test_every_good_record_has_one_result_under_its_key(self):
        self.assertEqual(sorted(record.key.decode() for record in self.results),
                         sorted(row.key for row in self.rows))
        text_of = {row.key: row.text for row in self.rows}
        for record in self.results:
            value = record.json()
            self.assertEqual(value["data"], text_of[record.key.decode()])
            self.assertEqual(value["assignment"], "KEY")
            self.assertEqual(value["route_revision"], 1)
            self.assertIn(value["model_version"], ("v1", "v2"))

    def test_every_bad_record_is_a_dead_letter_with_its_bytes_and_the_reason(self):
        self.assertEqual(sorted(self.dead), sorted(BAD))
        inputs = {record.key.decode(): record for record in self.inputs if record.key.decode() in BAD}
        for key, (value, reason) in BAD.items():
            with self.subTest(key):
                letter, record = self.dead[key], inputs[key]
                self.assertEqual(letter.value, value)
                headers = letter.headers
                self.assertRegex(headers["serin-dlq-message"], reason)
                self.assertEqual(headers["serin-dlq-topic"], "test")
                self.assertEqual(int(headers["serin-dlq-partition"]), record.partition)
                self.assertEqual(int(headers["serin-dlq-offset"]), record.offset)

    def test_a_second_run_has_nothing_to_do(self):
        self.run_stream()
        self.assertEqual(self.read("predictions"), self.results)
        self.assertEqual(len(self.read("dead-letters")), len(self.dead))

    def test_the_same_text_gets_the_same_answer_from_the_front_door(self):
        record = self.results[0].json()
        answer = grpcurl(self.stack.address("router"), "serin.v1.Predictor/Predict",
                         {"text": record["data"], "routing_key": self.results[0].key.decode()})
        self.assertEqual(answer["model_version"], record["model_version"])
        self.assertEqual(answer["sentiment"].get("compound", 0), record["compound"])
        self.assertEqual(answer["sentiment"]["label"], record["label"].upper())


if __name__ == "__main__":
    unittest.main()
