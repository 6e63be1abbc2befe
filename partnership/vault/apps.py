from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "partnership.vault"
    label = "vault"
