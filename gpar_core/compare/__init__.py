"""Other methods, on identical folds."""
