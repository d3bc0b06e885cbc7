"""How gunicorn serves the site, behind nginx and under `make run` alike."""

import gc
import os
import sys

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)
timeout = 30
graceful_timeout = 20
keepalive = 5
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
# Memory that creeps is given back; the jitter keeps the workers from going at the same moment.
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
accesslog = None  # nginx keeps the access log, with link tokens masked
errorlog = "-"


def post_worker_init(worker: object) -> None:
    """Two things of Python's that are made for other programs.

    What was made at the start lives as long as the worker: the collector need not look through it again and again. And a
    thread that holds a coach's lock gets the interpreter back within a millisecond of the database's answer, not five.
    """
    sys.setswitchinterval(0.001)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
