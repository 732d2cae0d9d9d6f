"""A file of customers for trainings that take seconds."""

from __future__ import annotations

import numpy as np

CITIES = ("Lima", "Cuzco", "Puno")


def customers(rows: int, *, seed: int) -> list[str]:
    """Whole numbers, numbers and words with gaps, days and truth values, as pandas reads them too."""
    random = np.random.default_rng(seed)
    lines = ["age,spent,city,since,member,leaves"]
    for number in range(rows):
        age, spent = int(random.integers(18, 80)), float(random.normal(100, 30))
        city = "" if number % 40 == 9 else str(random.choice(CITIES))
        since = np.datetime64("2021-01-01") + int(random.integers(0, 700))
        member = bool(random.random() < 0.5)
        leaves = age / 20 + (city == "Lima") + member + random.normal() * 0.5 > 3.3
        money = "" if number % 50 == 7 else f"{spent:.2f}"
        lines.append(f"{age},{money},{city},{since},{str(member).lower()},{'Sí' if leaves else 'No'}")
    return lines
