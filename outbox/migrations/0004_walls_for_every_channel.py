"""The second wall around the new tables, and keys of a delivery that can not lead outside."""

from django.db import migrations

from partnership.walls import Inside, Walls


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_every_channel")]

    operations = [
        Walls("outbox_contactpoint", {"membership_id": "partnership_membership"}),
        Walls(
            "outbox_preference",
            {
                "membership_id": "partnership_membership",
                "backup_id": "partnership_membership",
            },
        ),
        Walls("outbox_webhookendpoint"),
        Walls("outbox_ladder"),
        Walls("outbox_rung", {"ladder_id": "outbox_ladder"}),
        Walls(
            "outbox_escalation",
            {
                "notification_id": "outbox_notification",
                "acknowledged_by_id": "partnership_membership",
            },
        ),
        Walls("outbox_deliveryattempt", {"delivery_id": "outbox_delivery"}),
        Inside(
            "outbox_delivery",
            {
                "contact_id": "outbox_contactpoint",
                "endpoint_id": "outbox_webhookendpoint",
                "covered_by_id": "outbox_delivery",
            },
        ),
    ]
