"""Lossless headroom: SONiC's formula, the platform's own table, a first-principles bound."""
