"""Learn one MOA: folds, models, cross-validation, metrics."""
