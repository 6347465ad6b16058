"""`python -m nbgrad` is the command `nbgrad`."""

import sys

from nbgrad.cli import main

if __name__ == "__main__":
    sys.exit(main())
