"""A leak must be found, and noise must not be taken for one."""
import random
import unittest

from flatness import Limit, after_warm_up, growth, is_flat

MEMORY = Limit(share=0.05, amount=4096)


def series(value, count=360):
    return [(5.0 * n, value(n)) for n in range(count)]


class FlatnessTest(unittest.TestCase):
    def test_noise_and_single_peaks_are_flat(self):
        noise = random.Random(1)
        noisy = series(lambda n: 60_000 + noise.randint(-3000, 3000) + (40_000 if n % 50 == 0 else 0))
        self.assertTrue(is_flat(noisy, MEMORY))

    def test_a_slow_leak_under_noise_is_found(self):
        noise = random.Random(1)
        leak = series(lambda n: 60_000 + 20 * n + noise.randint(-3000, 3000))
        self.assertFalse(is_flat(leak, MEMORY))
        self.assertAlmostEqual(growth(leak), 7200, delta=1500)

    def test_one_descriptor_a_minute_is_found(self):
        self.assertFalse(is_flat(series(lambda n: 40 + n // 12), Limit(share=0, amount=2)))
        self.assertTrue(is_flat(series(lambda n: 40 + n % 3), Limit(share=0, amount=2)))

    def test_growth_of_the_warm_up_does_not_count(self):
        warming = series(lambda n: 60_000 + min(n, 30) * 1000)
        self.assertTrue(is_flat(after_warm_up(warming), MEMORY))


if __name__ == "__main__":
    unittest.main()
