"""Metrics of answers: pure functions over a `Case` and the `Record` of a system's answer; no library, no network. A
figure that is undefined for a case is None and left out of the mean; a failed case counts as 0."""
