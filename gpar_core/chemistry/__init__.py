"""Chemical structures beside biology."""
