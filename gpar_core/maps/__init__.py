"""Where signatures lie."""
