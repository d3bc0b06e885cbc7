"""Fills django-appointment: `python -m benchmarks.rival.seed STAFF CLIENTS` prints ids, and sessions of signed-in clients."""
# ruff: noqa: T201  speaks to its caller

import json
import sys
from datetime import time, timedelta
from importlib import import_module

import django


def main(staff: int, clients: int) -> None:
    """A service, so many staff members who work Monday to Friday from nine to five, and clients who are signed in."""
    django.setup()
    from appointment.models import Service, StaffMember, WorkingHours
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

    people = get_user_model().objects
    service = Service.objects.create(name="Career consultation", duration=timedelta(minutes=30), price=0)
    members = []
    for number in range(staff):
        user = people.create_user(username=f"coach{number}", email=f"coach{number}@example.org", first_name="Coach")
        member = StaffMember.objects.create(user=user)
        member.services_offered.add(service)
        for day in range(1, 6):
            WorkingHours.objects.create(staff_member=member, day_of_week=day, start_time=time(9), end_time=time(17))
        members.append(member.pk)
    sessions = []
    for number in range(clients):
        user = people.create_user(username=f"known{number}", email=f"known{number}@example.org", first_name="Known")
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        sessions.append(session.session_key)
    print(json.dumps({"service": service.pk, "staff": members, "sessions": sessions}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
