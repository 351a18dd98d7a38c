"""Which signatures and compounds mimic or reverse a query."""
