"""Deadlock freedom: which buffers wait for which, over every route BGP may install."""
