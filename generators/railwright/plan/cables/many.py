"""How many cables the sheets of one cluster are written for unasked."""

MOST_CABLES = 20_000
"""Beyond this a workbook takes longer than the rest of a build, and nobody opens one of that size:
the sheets are then written when asked for, one set per row of racks. Our choice."""
