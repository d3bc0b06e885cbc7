"""A request's Content-Type before Django sees it: Django decodes with whatever codec of Python's it names, rot13 included."""

from django.utils.http import parse_header_parameters

UTF_8 = {"utf-8", "utf8"}


def sane(content_type: str) -> str:
    """The same Content-Type; nothing where it names another charset than UTF-8, which no browser sends."""
    if "charset" not in content_type.lower():
        return content_type
    return content_type if parse_header_parameters(content_type)[1].get("charset", "").lower() in UTF_8 else ""
