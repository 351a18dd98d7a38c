"""The cache on disk: what it holds, whose it is, how it is kept sound and small."""
