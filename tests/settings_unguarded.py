"""The real settings with the guards of the booking gate switched off one by one, to show that each of them matters."""

from institute.env import read_flag
from institute.settings import *  # noqa: F403
from institute.settings import DATABASES

UNGUARDED_FOR_TESTS = True
BOOKING_GATE_LOCK = read_flag("BOOKING_GATE_LOCK", default=True)
BOOKING_GATE_CHECK = read_flag("BOOKING_GATE_CHECK", default=True)
if not BOOKING_GATE_LOCK and DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # On SQLite the write lock taken at BEGIN is the gate's lock.
    DATABASES["default"]["ENGINE"] = "tests.unlocked_sqlite"
