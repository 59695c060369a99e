"""What changes between two designs: snapshots of intents, revisions and builds, compared."""
