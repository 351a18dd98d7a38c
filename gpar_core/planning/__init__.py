"""From what a user asks to a request that says all of it."""
