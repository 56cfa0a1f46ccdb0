"""Whether a figure stays what it is over a long time. Pure."""
import dataclasses
import statistics

# At most so many pairs of samples are looked at.
MAX_SAMPLES = 400


@dataclasses.dataclass(frozen=True)
class Limit:
    """How much a figure may grow over the whole run: a share of its median, or an amount if that is
    more."""
    share: float
    amount: float


def slope(samples):
    """Growth a second of [(second, value)], by Theil and Sen: the median of the slopes of all pairs, so
    that a few wild samples say nothing."""
    step = max(1, len(samples) // MAX_SAMPLES)
    thinned = samples[::step]
    slopes = [(y2 - y1) / (x2 - x1) for n, (x1, y1) in enumerate(thinned)
              for x2, y2 in thinned[n + 1:] if x2 > x1]
    return statistics.median(slopes)


def growth(samples):
    """By how much the figure grew from the first sample to the last, as the slope says."""
    return slope(samples) * (samples[-1][0] - samples[0][0])


def is_flat(samples, limit):
    median = statistics.median(value for _, value in samples)
    return growth(samples) <= max(limit.share * median, limit.amount)


def after_warm_up(samples, share=0.1):
    """Without the first part of the time."""
    begin, end = samples[0][0], samples[-1][0]
    return [sample for sample in samples if sample[0] >= begin + share * (end - begin)]
