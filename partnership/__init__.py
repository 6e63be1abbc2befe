"""The ground: who works together, where, and the rules of the house."""

from partnership.celery import app as celery_app

__all__ = ["celery_app"]
