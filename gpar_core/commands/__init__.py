"""Commands of `python -m gpar_core`, one module each."""
