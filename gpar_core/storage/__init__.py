"""The cache on disk: its contents, their owners, and its integrity and size."""
