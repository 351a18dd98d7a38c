"""Which drugs share the mechanism of these?"""
