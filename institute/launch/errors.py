"""What can go wrong before the site stands: each failure is one line for the person at the keyboard."""


class LaunchError(Exception):
    """The message is the whole answer; no traceback follows it."""


class Ended(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: not an error, so no `except Exception` may swallow it."""
