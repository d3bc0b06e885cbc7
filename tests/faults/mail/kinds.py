"""Kinds of message that only the fault tests know: poison for the sender."""

from datetime import datetime

from django.template import Context, Template

from mail import registry
from mail.models import Message
from mail.registry import Minter, Rendered, Stream

BROKEN_TEMPLATE, TOO_LARGE, BROKEN_ADDRESS = "tests.broken_template", "tests.too_large", "tests.broken_address"


def broken_template(message: Message, mint: Minter, now: datetime) -> Rendered:
    """A template that asks for what is not there."""
    text = Template("{% load i18n %}{{ call.start|date:unknown.format }}{% include 'no/such/file.txt' %}")
    return Rendered("Poison", text.render(Context({})), "<p>Poison</p>")


def too_large(message: Message, mint: Minter, now: datetime) -> Rendered:
    """A body of twenty megabytes."""
    return Rendered("Poison", ("y" * 70 + "\n") * 290_000, "<p>Poison</p>")


def broken_address(message: Message, mint: Minter, now: datetime) -> Rendered:
    """Nothing is wrong with what it says."""
    return Rendered("Poison", "Poison\n", "<p>Poison</p>")


def register() -> None:
    """Make them known to this process."""
    ways = ((BROKEN_TEMPLATE, broken_template), (TOO_LARGE, too_large), (BROKEN_ADDRESS, broken_address))
    for kind, render in ways:
        registry.register(kind, stream=Stream.BOOKING, render=render, label="Poison")
