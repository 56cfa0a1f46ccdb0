"""What the demo sends: the tutorial's kinds of sentence, the texts rated by people, and records
that nobody can score."""
import dataclasses
import json
import pathlib
import subprocess
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATED_TEXTS = ROOT / ".data" / "texts" / "rated_texts.tsv"

# One of each kind: plain, booster and emphasis, negation, conjunction, slang with emoticon, neutral.
SENTENCES = [
    "VADER is smart, handsome, and funny.",
    "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
    "VADER is not smart, handsome, nor funny.",
    "At least it isn't a horrible book, but the plot was good and the characters are uncompelling.",
    "Today SUX! :)",
    "The book was kept in the library.",
]

# Each is a dead letter; the texts around it are scored all the same.
MALFORMED = [
    '{"data": "the quote is missing}',
    '{"text": "data is missing"}',
    '{"data": 42}',
    '{"data": ""}',
    "no JSON at all",
]

# The people's mean rating, from -4 to 4, counts as a class from here on.
_POSITIVE_FROM, _NEGATIVE_FROM = 0.5, -0.5


@dataclasses.dataclass(frozen=True)
class RatedText:
    key: str     # the record's Kafka key, from the row alone
    text: str
    label: str   # what people said: negative, neutral or positive


def label_of(rating):
    if rating >= _POSITIVE_FROM:
        return "positive"
    return "negative" if rating <= _NEGATIVE_FROM else "neutral"


def rated_texts():
    """All rows, in the file's order."""
    rows = []
    for line in RATED_TEXTS.read_text(encoding="utf-8").split("\n"):
        if line:
            domain, row, rating, text = line.split("\t", 3)
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"serin/{domain}/{row}"))
            rows.append(RatedText(key, text, label_of(float(rating))))
    return rows


def message(text):
    """A record's value, as the tutorial's client writes it."""
    return json.dumps({"data": text}, ensure_ascii=False)


def keyed_lines(rows, salt=""):
    """Lines for `serin-stream produce --format key-value`. Another salt gives other keys."""
    for row in rows:
        key = str(uuid.uuid5(uuid.UUID(row.key), salt)) if salt else row.key
        yield f"{key}\t{message(row.text)}"


def held_out_keys(rows, held_out_program):
    """Keys of the texts that v2 was not trained on, as serin-held-out says."""
    lines = "".join(row.text + "\n" for row in rows).encode()
    done = subprocess.run([held_out_program], input=lines, capture_output=True, check=True)
    held_out = set(done.stdout.decode().split("\n"))
    return {row.key for row in rows if row.text in held_out}
