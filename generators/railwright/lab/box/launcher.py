#!/usr/bin/python3 -IS
"""What the command names in a lab switch are links to; runs the command it is called by."""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder.parent))
    sys.exit(importlib.import_module(f"{folder.name}.commands").main(sys.argv[0], sys.argv[1:]))
