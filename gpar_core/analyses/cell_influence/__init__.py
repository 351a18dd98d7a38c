"""Which cell lines tell the drugs of a set apart?"""
