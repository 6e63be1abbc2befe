"""The second wall around the outbox's tables."""

from django.db import migrations

from partnership.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("partnership", "0002_walls")]

    operations = [
        Walls("outbox_notification"),
        Walls(
            "outbox_delivery",
            {
                "notification_id": "outbox_notification",
                "membership_id": "partnership_membership",
            },
        ),
    ]
