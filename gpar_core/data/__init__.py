"""From files to compendia and training sets."""
