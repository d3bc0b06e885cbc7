"""Signing in: how often one may try, and when the password is asked for once more."""
