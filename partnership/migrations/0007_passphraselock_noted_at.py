"""A lock is told to the audit later, so that it takes as long for an unknown address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partnership", "0006_user_session_round")]

    operations = [
        migrations.AddField(
            model_name="passphraselock",
            name="noted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
