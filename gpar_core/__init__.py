"""GPAR: find drugs that share a mechanism of action from L1000 signatures."""

__version__ = "0.1.0"
