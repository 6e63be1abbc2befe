"""The vault: half of each key, in a database of its own."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "partnership.vault"
    label = "vault"
