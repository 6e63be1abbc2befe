"""The only way anything leaves the house."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
