"""Texts that visit the rules of VADER far more often than people's texts do."""

import random

COUNT = 60_000
SEED = 2014

EMOTICONS = [":)", ":(", ":-)", ":D", ":'(", "<3", ";)", "=)", ":-Þ", "(-:O", "o.O", "^_^", "):", "XD"]
NEUTRAL = ["the", "table", "is", "a", "we", "walked", "I", "of", "and", "42", "don", "t", "nt", "x"]
RULE_WORDS = ["never", "so", "this", "least", "at", "very", "but", "kind", "of", "sort", "without",
              "no", "no", "or", "nor", "not", "without", "doubt", "just", "enough", "ain't", "SUPERN'T", "n't"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + [
    "!!", "!!!", "!!!!", "??", "???", "????", "?!?", "!?!", "?!?!", "!?!?", "?!", "!?", "...", "--",
    "''", ".,", "!\u2019"]
SPACES = ["\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\u1680", "\u202f", "\u205f", "\t", "\n",
          "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f", "  "]
NOT_SPACES = ["\u200b", "\ufeff", "\u180e", "\u2060", "\x01", "\x08", "\x1b", "\x7f"]
UNICODE_WORDS = ["ÉCOLE", "école", "Straße", "STRASSE", "ΣΟΦΟΣ", "σοφός", "ПРИВЕТ", "привет", "ǅ", "ǅA",
                 "ǄA", "İYİ", "ıyı", "\u212aIND", "\u212aind", "li\u212ae", "\u212aILL", "good\u2019s",
                 "\u24b6\u24b7", "\u2160\u2161", "ªº", "ʰʰ", "𝐀𝐁", "𐐀𐐁", "𐐨𐐩", "日本", "😀", "😀😀", "👍🏽",
                 "e\u0301", "E\u0301", "ĀĂ", "āă", "\u2019", "\u2014", "can\u2019t", "ﬁne", "ŉ", "ŉA"]


def recased(rng, word):
    kind = rng.random()
    if kind < 0.6:
        return word
    if kind < 0.8:
        return word.upper()
    if kind < 0.9:
        return word.title()
    return "".join(rng.choice((c.lower(), c.upper())) for c in word)


def punctuated(rng, word):
    kind = rng.random()
    if kind < 0.65:
        return word
    front = rng.choice(PUNCTUATION) if rng.random() < 0.35 else ""
    back = rng.choice(PUNCTUATION) if rng.random() < 0.8 else ""
    if rng.random() < 0.1:
        middle = rng.randrange(len(word) + 1)
        word = word[:middle] + rng.choice(PUNCTUATION) + word[middle:]
    return front + word + back


def random_word(rng):
    alphabet = rng.choice(["abcXYZ", "aA'!?.", "nN'tT", "éÉßǅ\u212ak", None])
    size = rng.choice([1, 2, 3, 5, 8, 16, 31, 32, 33, 40])
    if alphabet:
        return "".join(rng.choice(alphabet) for _ in range(size))
    points = (rng.choice([rng.randrange(1, 0x250), rng.randrange(0xE000, 0x1F700)]) for _ in range(size))
    return "".join(map(chr, points))


def make_text(rng, pools, weights):
    parts = []
    used = []
    for _ in range(rng.choice([0, 1, 1, 2, 3, 3, 4, 5, 6, 8, 10, 14, 20, 60])):
        if used and rng.random() < 0.12:
            word = rng.choice(used)
        else:
            pool = rng.choices(pools, weights)[0]
            word = random_word(rng) if pool is None else rng.choice(pool)
            word = punctuated(rng, recased(rng, word))
        used.append(word)
        parts += [word, rng.choice(SPACES) if rng.random() < 0.06 else " "]
        if rng.random() < 0.02:
            parts.append(rng.choice(NOT_SPACES))
    if parts and rng.random() < 0.7:
        parts.pop()
    if rng.random() < 0.2:
        parts.append(rng.choice(PUNCTUATION))
    return "".join(parts)


def generate(idioms, boosters, negations, lexicon, emojis):
    """A list of COUNT texts; the same on every run. No emojis is fine."""
    rng = random.Random(SEED)
    idioms = sorted(idioms)
    idiom_words = sorted({word for idiom in idioms for word in idiom.split()})
    pools = [lexicon, sorted(boosters), sorted(negations), idioms, idiom_words,
             RULE_WORDS, NEUTRAL, EMOTICONS, UNICODE_WORDS, PUNCTUATION, None]
    weights = [24, 10, 8, 6, 4, 16, 14, 4, 5, 2, 3]
    if emojis:
        glued = [word + emoji + emoji for word, emoji in zip(lexicon, emojis)]
        pools.append(emojis + glued)
        weights.append(12)
    return [make_text(rng, pools, weights).replace("\0", "") for _ in range(COUNT)]
