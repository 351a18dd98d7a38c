"""Background work: one path for laptop, server and class."""
