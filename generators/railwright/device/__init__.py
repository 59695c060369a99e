"""Live devices: log in, observe, push, compare and verify. The only part that knows SSH."""
