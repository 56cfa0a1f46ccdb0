#!/usr/bin/env python3
"""The service that the tutorial's UDF called: Flask around NLTK's VADER, one text a call.

    flask_service.py PORT
"""
import pathlib
import sys

import flask
import nltk
from nltk.sentiment.vader import SentimentIntensityAnalyzer

DATA = (pathlib.Path(__file__).resolve().parents[2] / ".data").resolve()
nltk.data.path.insert(0, str(DATA))
analyzer = SentimentIntensityAnalyzer(lexicon_file="lexicon/vader_lexicon.txt")
app = flask.Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return flask.jsonify(analyzer.polarity_scores(flask.request.get_json()["data"]))


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]))
