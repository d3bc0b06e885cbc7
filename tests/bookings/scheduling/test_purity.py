"""The core can be lifted out of the house: it needs the standard library and nothing else."""

import subprocess
import sys


def test_importing_the_core_loads_no_django() -> None:
    code = (
        "import sys, bookings.scheduling;"
        "foreign = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names);"
        "print(sorted(name for name in foreign if not name.startswith('_')))"
    )
    # -S: without site, so that no .pth file of an installed package brings modules of its own along.
    shown = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "['bookings']"
