"""The desk's pages for one consultation: each asks, calls one verb of the booking room, and says what came of it."""
