"""From the records of three topics to the figures of the demo. Pure: no process, no file."""
import collections


def coordinates(records):
    """Where records stand, as a multiset."""
    return collections.Counter((record.partition, record.offset) for record in records)


def results_coordinates(results):
    """Where the inputs of these results stand."""
    values = (record.json() for record in results)
    return collections.Counter((value["partition"], value["offset"]) for value in values)


def unaccounted(inputs, results, dead_letter_coordinates):
    """Inputs that are neither a result nor a dead letter, and answers without an input or one too
    many: two lists of (partition, offset)."""
    wanted = coordinates(inputs)
    got = results_coordinates(results) + collections.Counter(dead_letter_coordinates)
    return sorted((wanted - got).elements()), sorted((got - wanted).elements())


def by_version(results, labels, held_out=frozenset()):
    """Version -> items, share, accuracy (over the results whose key is in `labels`, key -> label),
    and unseen_items, unseen_accuracy (over the keys in `held_out`). An accuracy over nothing is
    None."""
    items = collections.Counter()
    rated, right = collections.Counter(), collections.Counter()
    for record in results:
        value = record.json()
        version, key = value["model_version"], (record.key or b"").decode(errors="replace")
        items[version] += 1
        if key in labels:
            for group in ("all", "unseen") if key in held_out else ("all",):
                rated[version, group] += 1
                right[version, group] += value["label"] == labels[key]
    total = sum(items.values())

    def accuracy(version, group):
        count = rated[version, group]
        return round(right[version, group] / count, 4) if count else None

    return {version: {"items": items[version], "share": round(items[version] / total, 4),
                      "accuracy": accuracy(version, "all"),
                      "unseen_items": rated[version, "unseen"],
                      "unseen_accuracy": accuracy(version, "unseen")}
            for version in sorted(items)}
