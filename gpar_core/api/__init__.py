"""The HTTP API: what the dashboard does, for programs."""
