"""Notifications and their deliveries."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import partnership.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("partnership", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=partnership.tenancy.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("urgency", models.CharField(default="routine", max_length=10)),
                ("link", models.CharField(max_length=200)),
                ("subject_id", models.UUIDField(null=True)),
                (
                    "planned_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partnership",
                    ),
                ),
            ],
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("in_hand", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=partnership.tenancy.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(max_length=5)),
                ("rank", models.PositiveSmallIntegerField()),
                ("status", models.CharField(default="planned", max_length=16)),
                (
                    "due_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_failure", models.CharField(blank=True, max_length=20)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.membership",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.partnership",
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="outbox.notification",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("in_hand", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["partnership", "subject_id"], name="outbox_notification_about"
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("link__regex", "^/([^/\\\\]|$)")),
                name="outbox_notification_link_inside",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status__in", ["planned", "failed_for_now"])),
                fields=["partnership", "rank", "due_at"],
                name="outbox_delivery_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "leased")),
                fields=["partnership", "lease_until"],
                name="outbox_delivery_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("channel", "in_app")),
                fields=["membership", "-id"],
                name="outbox_delivery_page",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("channel", "in_app"), ("status", "submitted")),
                fields=["membership"],
                name="outbox_delivery_unseen",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["planned", "leased", "submitted", "seen", "failed_for_now", "failed"],
                    )
                ),
                name="outbox_delivery_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_until__isnull", False), ("status", "leased")),
                    models.Q(
                        models.Q(("status", "leased"), _negated=True), ("lease_until__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="outbox_delivery_lease_while_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["submitted", "seen"]), _negated=True),
                    ("submitted_at__isnull", False),
                    _connector="OR",
                ),
                name="outbox_delivery_submitted_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "seen"), _negated=True),
                    ("seen_at__isnull", False),
                    _connector="OR",
                ),
                name="outbox_delivery_seen_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("membership__isnull", False),
                    models.Q(("address", ""), _negated=True),
                    _connector="OR",
                ),
                name="outbox_delivery_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("notification", "membership", "channel", "address"),
                name="outbox_delivery_once",
                nulls_distinct=False,
            ),
        ),
    ]
