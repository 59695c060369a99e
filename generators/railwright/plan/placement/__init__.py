"""Where everything stands: rows and racks from the capacity, devices in racks by policy."""
