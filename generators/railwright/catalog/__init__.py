"""Hardware and release facts as data, each with its source."""
