"""Public holidays by country and subdivision, from the `holidays` package: no network, no database."""

import re
from datetime import date
from functools import lru_cache

import holidays as package
from holidays.registry import COUNTRIES

LANGUAGE = "en_US"
_OBSERVED = re.compile(r"\s*\((?:observed|estimated|substituted)[^)]*\)", re.IGNORECASE)


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """Code (ISO 3166-1 alpha-2) and name of every country whose holidays are known, by name."""
    found = {codes[1]: _spaced(codes[0]) for codes in COUNTRIES.values()}
    return tuple(sorted(found.items(), key=lambda item: item[1]))


@lru_cache(maxsize=64)
def subdivisions(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the country's states or regions, by name; none for an unknown country."""
    if country not in dict(countries()):
        return ()
    calendar = package.country_holidays(country)
    names = {code: name for name, code in reversed(getattr(calendar, "subdivisions_aliases", {}).items())}
    return tuple(sorted(((code, names.get(code, code)) for code in calendar.subdivisions), key=lambda item: item[1]))


def holidays_of(country: str, subdivision: str, years: range) -> dict[date, str]:
    """Date → name of the public holidays in these years; none for an unknown country.

    An unknown subdivision counts as none: the country's own holidays remain.
    """
    if country not in dict(countries()):
        return {}
    known = subdivision if subdivision in dict(subdivisions(country)) else ""
    return {day: name for year in years for day, name in _of_year(country, known, year)}


def base_name(name: str) -> str:
    """The holiday's name without "(observed)", which is how a coach names one to work on."""
    return _OBSERVED.sub("", name).strip()


def closed_dates(country: str, subdivision: str, years: range, worked: frozenset[str]) -> frozenset[date]:
    """The dates of the holidays that are not worked on; of several on one date each must be worked on."""
    return frozenset(
        day
        for day, names in holidays_of(country, subdivision, years).items()
        if not all(base_name(name) in worked for name in names.split("; "))
    )


@lru_cache(maxsize=1024)
def _of_year(country: str, subdivision: str, year: int) -> tuple[tuple[date, str], ...]:
    calendar = package.country_holidays(country, subdiv=subdivision or None, years=year, language=_language(country))
    return tuple(sorted(calendar.items()))


@lru_cache(maxsize=512)
def _language(country: str) -> str | None:
    """English where the package speaks it, else the country's own: never the machine's."""
    calendar = package.country_holidays(country)
    return LANGUAGE if LANGUAGE in calendar.supported_languages else calendar.default_language


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
