"""Model Context Protocol: the same tools over standard input and output, and over HTTP."""
