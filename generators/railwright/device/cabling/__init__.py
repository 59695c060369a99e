"""Cabling as it is against cabling as planned: faults, and the fewest moves that mend them."""
