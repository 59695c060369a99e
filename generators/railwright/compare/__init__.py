"""Designs side by side: what each consists of, draws and costs; and claims, recomputed."""
