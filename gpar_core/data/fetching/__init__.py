"""List, download and check LINCS data from its publishers, ready for an import."""
