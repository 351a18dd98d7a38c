"""LINCS files to a compendium: read, united, copied, annotated."""
