"""LINCS data from its publishers: what there is, downloaded, checked, and ready for an import."""
