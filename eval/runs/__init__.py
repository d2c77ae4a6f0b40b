"""Runs: asking every question of a set, keeping what was answered, comparing two runs, holding one to thresholds."""
