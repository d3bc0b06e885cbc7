"""The door of `make run`: an old Python must be able to read this file, so that it can say so in one line."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  the old Python that reads this is the point
    sys.exit(
        "This needs Python 3.11 or newer, and %s is %d.%d. Name a newer one: make run PYTHON=python3.12"  # noqa: UP031
        % (sys.executable or "python3", sys.version_info[0], sys.version_info[1])
    )

# Nothing is installed yet, and importing `institute` would ask for Celery: this folder is loaded as a package of its own.
sys.dont_write_bytecode = True
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from launch.cli import main  # type: ignore[import-not-found]  # noqa: E402

sys.exit(main(sys.argv[1:]))
