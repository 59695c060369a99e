"""One module per network: what it adds to the plan."""
