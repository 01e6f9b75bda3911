"""`python -m goten_gen` is `goten-gen`."""

import sys

from goten_gen.cli import main

sys.exit(main())
