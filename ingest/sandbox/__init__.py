"""Processes that read users' files: what a damaged or hostile file does to its reader stays there.

`pool` keeps those that read, `page_renderer` the one that draws pages; `process` is one of them seen from outside, with how
they talk, `child` the same seen from inside; `replies` checks what they say.
"""
