"""Settings of a shared server."""
