"""Worker processes that read users' files, so that a damaged or hostile file can harm only its reader.

`pool` has the workers that read files, `page_renderer` the one that draws pages; `process` is a worker seen from the
parent, with the protocol between them, `child` the code that runs in it; `replies` validates its replies.
"""
