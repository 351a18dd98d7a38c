"""One model for each of many MOAs."""
