"""The cache on disk: its contents, their owners, and how it is kept intact and small."""
