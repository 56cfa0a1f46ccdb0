#!/usr/bin/env python3
"""Answers each text on standard input (its size as four bytes, little endian, then UTF-8) with a line:
neg, neu, pos and compound as NLTK and then as vaderSentiment compute them, or what they raised."""
import importlib.machinery
import importlib.util
import pathlib
import sys

VADER_TESTS = pathlib.Path(__file__).resolve().parents[1] / "model-server/backends/vader"


def analyzers():
    """make_goldens knows how to load both originals out of .data/."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(VADER_TESTS))
    loader = importlib.machinery.SourceFileLoader("make_goldens", str(VADER_TESTS / "make_goldens"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_goldens", loader))
    loader.exec_module(module)
    return [module.analyzer(dialect) for dialect in module.DIALECTS]


def answer(originals, text):
    try:
        scores = [original.polarity_scores(text) for original in originals]
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"raised {error!r}"
    return " ".join(repr(float(of_one[name])) for of_one in scores for name in ("neg", "neu", "pos", "compound"))


def main():
    originals = analyzers()
    while size := sys.stdin.buffer.read(4):
        text = sys.stdin.buffer.read(int.from_bytes(size, "little")).decode()
        sys.stdout.write(answer(originals, text) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
