"""Which compounds mimic a query, and which reverse it?"""
