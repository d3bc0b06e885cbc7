"""The pure core: which starts can be booked. Standard library only; the clock is an argument."""
