"""`python -m autograder` is the command line in `autograder.cli`."""

import sys

from autograder.cli import main

sys.exit(main())
