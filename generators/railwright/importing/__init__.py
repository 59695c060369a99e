"""Server profiles from what was saved on a server: pure functions from files' text to a model."""
