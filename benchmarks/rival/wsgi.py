"""What gunicorn serves on the rival's side."""

import logging

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# It prints several lines a request, whatever LOGGING says: we measure bookings, not a terminal.
for name in logging.root.manager.loggerDict:
    if name.startswith("appointment"):
        logging.getLogger(name).setLevel(logging.ERROR)
