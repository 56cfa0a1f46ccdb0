"""Runs in the environment venv-clients: Confluent's own Python client as a foreign producer and consumer.

  confluent_client.py produce ADDRESS TOPIC            a record for each JSON line of standard input
  confluent_client.py consume ADDRESS TOPIC COUNT      prints so many committed records, a JSON line each

A line has key, value, headers and timestamp (milliseconds).
"""
import json
import sys
import time

from confluent_kafka import Consumer, Producer

SECONDS = 20


def produce(address, topic):
    failed = []
    producer = Producer({"bootstrap.servers": address})
    for line in sys.stdin:
        producer.produce(topic, **json.loads(line), on_delivery=lambda error, _: error and failed.append(str(error)))
    left = producer.flush(SECONDS)
    if left or failed:
        sys.exit(f"{left} records were not sent, of others: {failed}")


def consume(address, topic, count):
    consumer = Consumer({"bootstrap.servers": address, "group.id": "foreign", "auto.offset.reset": "earliest",
                         "isolation.level": "read_committed"})
    consumer.subscribe([topic])
    deadline = time.monotonic() + SECONDS
    while count > 0:
        if time.monotonic() > deadline:
            sys.exit(f"{count} records did not come")
        record = consumer.poll(0.2)
        if record is None or record.error():
            continue
        count -= 1
        print(json.dumps({"key": record.key().decode(), "value": record.value().decode(),
                          "headers": {name: value.decode() for name, value in record.headers() or []},
                          "timestamp": record.timestamp()[1]}))
    consumer.close()


if __name__ == "__main__":
    if sys.argv[1] == "produce":
        produce(*sys.argv[2:])
    else:
        consume(*sys.argv[2:4], int(sys.argv[4]))
