"""The second wall around every table of the tips room."""

from django.db import migrations

from partnership.walls import Walls


class Migration(migrations.Migration):
    dependencies = [("partnership", "0002_walls"), ("tips", "0001_initial")]

    operations = [
        Walls(
            "tips_tip",
            {"school_id": "partnership_school", "holder_id": "partnership_membership"},
        ),
        Walls("tips_tipmessage", {"tip_id": "tips_tip"}),
        Walls(
            "tips_tiprecipient",
            {"tip_id": "tips_tip", "membership_id": "partnership_membership"},
        ),
        Walls("tips_tipsecret", {"tip_id": "tips_tip"}),
    ]
