"""What a user can ask, one folder each: request, plan, run, result, charts."""
