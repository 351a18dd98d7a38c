"""Parts of the page Which target?."""
