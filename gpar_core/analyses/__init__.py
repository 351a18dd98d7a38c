"""The analyses, one folder each: request, plan, run, result, charts."""
