"""Parts of the frame around all pages: start-up and sign-in."""
