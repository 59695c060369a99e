"""The plan: every device, port, link, address and number that follows from an intent."""
