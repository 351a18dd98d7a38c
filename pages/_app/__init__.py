"""Start-up and sign-in, which run around all pages."""
