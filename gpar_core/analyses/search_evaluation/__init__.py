"""Which score of a signature search retrieves mechanisms best?"""
