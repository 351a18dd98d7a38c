"""Which cell lines distinguish the drugs of a set from others?"""
