"""Runs: asking every question of a set, storing the answers, comparing two runs, checking a run against thresholds."""
