"""Notices in a corner of the window, for what happened elsewhere."""
