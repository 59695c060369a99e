"""railwright: one declarative intent file becomes a running GPU cluster network."""

__version__ = "0.1.0"
