"""Settings of a server that many people share."""
