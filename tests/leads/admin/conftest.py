"""Staff at the desk of the leads."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client


@pytest.fixture
def member(db: None) -> Callable[..., User]:
    """Make a member of staff in one of the groups."""

    def make(group: str, name: str) -> User:
        user = User.objects.create_user(name, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        return user

    return make


@pytest.fixture
def bob(member: Callable[..., User], client: Client) -> User:
    """An advisor, signed in."""
    user = member("Advisor", "bob")
    client.force_login(user)
    return user
