"""Chemical structures of compounds."""
