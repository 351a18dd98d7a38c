"""A result to publish: a page that needs nothing else, its figures and tables, and its origin."""
