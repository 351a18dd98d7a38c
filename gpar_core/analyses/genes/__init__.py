"""Which genes does a model use, and how many does it need?"""
