"""What pages have in common: state, loaders, panels. The core knows nothing of it."""
