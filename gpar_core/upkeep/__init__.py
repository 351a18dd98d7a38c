"""Keep a cache in order: repair, deletion, pruning, migration."""
