"""The rules of the agreement check: one module per pair or subject, each filling the sheet."""
