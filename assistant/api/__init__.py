"""The HTTP door: routes over the service, one error form, limits, headers."""
