"""Which genes does a compound act on, and how often is the answer right?"""
