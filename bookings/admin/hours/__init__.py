"""The hours editor: seven days with any number of windows, and beside them the week as it will be offered."""
