"""LINCS files to a compendium: read, merge, copy, annotate."""
