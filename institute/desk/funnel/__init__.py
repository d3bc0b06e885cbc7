"""From reader to enrolled: how many took each step, in which week, from which source and page, for which role."""
