"""Stand-ins for what a lab has not: GPU servers' hardware, and the packages of their makers."""
