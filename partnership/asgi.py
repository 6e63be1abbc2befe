"""The door of the live process (`uvicorn partnership.asgi:application`): streams, and no page."""

import logging
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")
django.setup()

from partnership.live.app import application  # noqa: E402 - it needs loaded models
from partnership.running.many_files import allow_many_files  # noqa: E402

allow_many_files()
# What the server has to say goes where ours goes, in our form; and never who asked for what.
for name in ("uvicorn", "uvicorn.error"):
    logging.getLogger(name).handlers.clear()
    logging.getLogger(name).propagate = True

__all__ = ["application"]
