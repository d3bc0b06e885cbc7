"""What gunicorn serves in a simulated quarter: the site, whose readers are counted as fast as its days pass."""

from institute.wsgi import application  # first: it makes Django ready

from content import counting  # isort: skip

counting.EVERY = 0.2
__all__ = ["application"]
