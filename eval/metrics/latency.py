"""How long users wait."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `share` of all values do not exceed, that is, the
    value at rank ceil(share * n). It is always a value that was measured, never one between two (Hyndman and Fan,
    "Sample quantiles in statistical packages", 1996, definition 1).

    `share` lies in (0, 1], 0.95 for p95; the unit is that of the values. None for an empty list.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a percentile is named by a share above 0 and up to 1, not {share}")
    if not values:
        return None
    # Rounding first: 0.95 * 20 must be rank 19, whatever the binary fraction says.
    return sorted(values)[math.ceil(round(share * len(values), 9)) - 1]
