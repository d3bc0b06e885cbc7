"""Outside calendars: private ICS addresses that the worker fetches, and the busy times they bring.

`refreshing` is the only door: it decides what is due and writes what came. What a stranger's server sends is fetched and
read by a process of its own (`python -m bookings.outside`), which knows neither Django nor any secret of the site, so
this file imports nothing.
"""
