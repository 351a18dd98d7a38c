"""Tests of gpar_core.targets."""
