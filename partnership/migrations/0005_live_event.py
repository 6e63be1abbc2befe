import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.manager
from django.db import migrations, models

import partnership.tenancy


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0004_cache_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="LiveEvent",
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
                ("topic", models.CharField(max_length=40)),
                (
                    "audience",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), null=True
                    ),
                ),
                (
                    "written_in",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(
                                    function="pg_current_xact_id", output_field=models.TextField()
                                ),
                                models.TextField(),
                            ),
                            models.BigIntegerField(),
                        )
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["partnership", "written_in"], name="partnership_live_in_order"
                    ),
                    models.Index(fields=["partnership", "at"], name="partnership_live_by_age"),
                ],
                "constraints": [],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("in_hand", django.db.models.manager.Manager()),
            ],
        ),
    ]
