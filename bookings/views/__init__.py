"""The pages of the booking room, one noun a file."""
