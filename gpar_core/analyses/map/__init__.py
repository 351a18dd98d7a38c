"""Where are signatures relative to each other?"""
