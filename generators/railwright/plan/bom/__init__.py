"""What is ordered: every part of the plan by number, with spares and, where known, its price."""
