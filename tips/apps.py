"""The tips room."""

from importlib import import_module

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "tips"

    def ready(self) -> None:
        """Read the word lists of the tip code now: a broken one stops the start, not a sender."""
        import_module("tips.codes")
