"""Reports of results: a self-contained page with figures, tables and provenance."""
