"""Learning one MOA: folds, network, cross-validation, metrics."""
