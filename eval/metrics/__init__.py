"""Metrics of answers: pure functions over a `Case` and the `Record` of a system's answer; no library, no network.

`ranking` (retrieval), `answers` (facts, places, quotes, citations after ALCE) and `support`, `selective` (abstention,
confidence, probabilities), `statistics` (intervals and paired tests), `scores` (all figures of one case) and
`summary` (all figures of a run). A figure that is undefined for a case is None and left out of the mean; a failed
case counts as 0.
"""
