"""The door for programs that speak the Model Context Protocol: the same tools over standard input and over HTTP."""
