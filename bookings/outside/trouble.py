"""The one way in which fetching and reading fail."""


class Trouble(Exception):  # noqa: N818 - a word of the domain; its text is shown to the coach
    """Why a calendar could not be fetched or read: a short sentence with neither its secret address nor its content."""
