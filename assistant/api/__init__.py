"""The HTTP API: routes over the service, error format, limits, headers."""
