"""Access that somebody ends by hand ends at that moment, not with the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partnership", "0004_cache_table")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
