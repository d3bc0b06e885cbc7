"""System checks of the mail room."""
