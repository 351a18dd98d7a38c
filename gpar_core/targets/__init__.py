"""Which gene does a compound act on? Lines of evidence, and their combination."""
