"""From a model to a ranked list of compounds."""
