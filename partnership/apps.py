"""The ground: who works together, where, and the rules of the house."""

from django.apps import AppConfig


class PartnershipConfig(AppConfig):
    name = "partnership"

    def ready(self) -> None:
        from partnership import checks  # noqa: F401, PLC0415 - registers the system checks
