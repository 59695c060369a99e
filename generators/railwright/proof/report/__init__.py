"""The lossless report: one document of everything that is proven, for people and for scripts."""
