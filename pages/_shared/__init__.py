"""State, loaders and panels that pages share. The core does not depend on them."""
