"""Metrics of answers: pure functions over a `Case` and the `Record` of what a system answered; no library, no network.

`ranking` (retrieval), `answers` (facts, places, quotes, citations after ALCE) and `support`, `selective` (abstention, confidence,
chances), `statistics` (intervals and paired tests), `scores` (all figures of one case) and `summary`
(all figures of a run). What is undefined for a case is None and left out of its mean; what failed is 0 and stays in.
"""
