"""Which version a key gets, computed without a line of the router: XXH3 by its specification, and the
split of two versions as one boundary in 10,000 slots.

Hash: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, XXH3_64bits of 4 to 16 bytes.
"""
import struct

SLOTS = 10_000
_ALL = (1 << 64) - 1
_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c")


def _u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def _u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def _swap(value, size):
    return int.from_bytes(value.to_bytes(size, "little"), "big")


def _rotate(value, bits):
    return (value << bits | value >> (64 - bits)) & _ALL


def _hash_4_to_8(data, seed):
    seed ^= _swap(seed & 0xFFFFFFFF, 4) << 32
    flip = ((_u64(_SECRET, 8) ^ _u64(_SECRET, 16)) - seed) & _ALL
    value = (_u32(data, len(data) - 4) + (_u32(data, 0) << 32) & _ALL) ^ flip
    value ^= _rotate(value, 49) ^ _rotate(value, 24)
    value = value * 0x9FB21C651E98DF25 & _ALL
    value ^= (value >> 35) + len(data)
    value = value * 0x9FB21C651E98DF25 & _ALL
    return value ^ value >> 28


def _hash_9_to_16(data, seed):
    low = _u64(data, 0) ^ ((_u64(_SECRET, 24) ^ _u64(_SECRET, 32)) + seed & _ALL)
    high = _u64(data, len(data) - 8) ^ ((_u64(_SECRET, 40) ^ _u64(_SECRET, 48)) - seed & _ALL)
    product = low * high
    value = len(data) + _swap(low, 8) + high + ((product & _ALL) ^ (product >> 64)) & _ALL
    value ^= value >> 37
    value = value * 0x165667919E3779F9 & _ALL
    return value ^ value >> 32


def xxh3(data, seed=0):
    """XXH3_64bits of 4 to 16 bytes, which is all that is needed here."""
    if 4 <= len(data) <= 8:
        return _hash_4_to_8(data, seed)
    if 9 <= len(data) <= 16:
        return _hash_9_to_16(data, seed)
    raise ValueError(f"expected 4 to 16 bytes, got {len(data)}")


def slot(route, key):
    """Where a routing key lies in [0, 10,000)."""
    return xxh3(key.encode(), xxh3(route.encode())) * SLOTS >> 64


def first_slots(weights):
    """How many slots v1 has, of two versions, by largest remainder (a tie goes to v1). The rest is
    v2's; as there is one boundary alone, no history can change who owns a slot."""
    one, two = weights.get("v1", 0), weights.get("v2", 0)
    slots, remainder = divmod(one * SLOTS, one + two)
    return slots + (2 * remainder >= one + two)


def version_of(route, key, weights):
    return "v1" if slot(route, key) < first_slots(weights) else "v2"
