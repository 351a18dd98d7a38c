"""Build a compendium from LINCS files: read, merge, copy, annotate."""
