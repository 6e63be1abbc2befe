"""A number in what sessions are checked against, so that all of a person's can end at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partnership", "0005_membership_ended_at")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_round",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
