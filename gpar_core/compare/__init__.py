"""Compare other methods on identical folds."""
