"""What stood inside a Spark UDF when the model was a Flask service; not a line had to change.

    python examples/flask_era_client.py < sentences.txt

POST /predict with {"data": text} is answered by the router with {"compound", "neg", "neu", "pos"}. Each
line is scored by a call of its own, as a row-wise UDF does; printed as JSON, a line each.
"""
import json
import sys

import requests


def get_sentiment(text):
    return requests.post("http://127.0.0.1:9000/predict", json={"data": text}, timeout=10).json()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(get_sentiment(line.rstrip("\n")), sort_keys=True))
