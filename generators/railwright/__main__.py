"""`python -m railwright`."""

import sys

from railwright.cli import main

if __name__ == "__main__":
    sys.exit(main())
