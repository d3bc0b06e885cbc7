"""The ledger beside what the mail server wrote down."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tests.faults.mail.server import Delivery, Server

REMINDER = "bookings.reminder"


class Tally:
    """What became of the messages of one kind to the people of `acts.calls`."""

    def __init__(self, rows: Iterable[dict[str, Any]], server: Server, kind: str = REMINDER) -> None:
        self.rows = {row["id"]: row for row in rows if row["kind"] == kind and row["recipient"].startswith("ada")}
        self.deliveries: dict[str, list[Delivery]] = defaultdict(list)
        for each in server.taken:
            self.deliveries[each.message_id].append(each)

    @property
    def lost(self) -> list[str]:
        """Messages that nobody got, by their state."""
        return sorted(row["status"] for key, row in self.rows.items() if key not in self.deliveries)

    @property
    def not_marked(self) -> list[str]:
        """States of messages that arrived and are not marked as sent."""
        return sorted(
            row["status"] for key, row in self.rows.items() if key in self.deliveries and row["status"] != "sent"
        )

    @property
    def copies(self) -> int:
        """How many arrived too often."""
        return sum(len(each) - 1 for key, each in self.deliveries.items() if key in self.rows)

    @property
    def differing(self) -> list[str]:
        """Messages whose copies are not the same bytes."""
        return sorted(key for key, each in self.deliveries.items() if len({one.digest for one in each}) > 1)

    @property
    def strangers(self) -> list[str]:
        """People who got one mail under two Message-IDs."""
        found = defaultdict(set)
        for key, each in self.deliveries.items():
            if key in self.rows:
                found[each[0].recipient].add(key)
        return sorted(who for who, keys in found.items() if len(keys) > 1)

    def late(self, key: str) -> float:
        """Seconds from its due instant until it first arrived."""
        return min(each.accepted or 0.0 for each in self.deliveries[key]) - self.rows[key]["due"]

    def latest(self, *, but: Iterable[str] = ()) -> float:
        """How late the latest came, those named left out."""
        skip = set(but)
        return max((self.late(key) for key in self.rows if key in self.deliveries and key not in skip), default=0.0)

    def last(self, key: str) -> float:
        """When its last copy arrived."""
        return max((each.accepted or 0.0 for each in self.deliveries.get(key, [])), default=0.0)
