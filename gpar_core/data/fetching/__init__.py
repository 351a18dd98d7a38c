"""LINCS data from its publishers: list, download and check it, ready for an import."""
