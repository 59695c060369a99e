"""As-built redlines: what technicians hand in, merged into the intent."""
