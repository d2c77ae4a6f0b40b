"""What a text gives that can be compared: symbols, dates, times, numbers, names, negations, words; in six languages.

Only reading stands here, no judgement: the check of written sentences (`assistant.grounding`) and the evaluation's
(`eval.metrics.support`) read alike and judge each by rules of its own.
"""
