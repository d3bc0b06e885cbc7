"""A quarter of the institute's year, lived through the pages of the site and counted beside it."""
