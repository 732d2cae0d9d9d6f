"""What can be learned with: the catalogue, how each is built and prepared, and what a fit costs."""
