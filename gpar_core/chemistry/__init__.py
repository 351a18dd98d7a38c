"""Chemical structures beside biology. It needs RDKit, which is optional."""
