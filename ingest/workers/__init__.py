"""Processes that read users' files: what a damaged or hostile file does to its reader stays there.

`pool` keeps those that read, `pictures` the one that draws pages; `process` is one of them seen from outside, `child` the
same seen from inside; `frames` is how they talk, `replies` checks what they say.
"""
