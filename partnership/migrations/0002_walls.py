"""The second wall around every tenant table of the ground."""

from django.db import migrations

from partnership.walls import OwnRowsVisible, Walls


class Migration(migrations.Migration):
    dependencies = [("partnership", "0001_initial")]

    operations = [
        Walls("partnership_district"),
        Walls("partnership_agency"),
        Walls("partnership_school"),
        Walls("partnership_schoolyear"),
        Walls("partnership_belltime", {"school_id": "partnership_school"}),
        Walls("partnership_closedday", {"school_id": "partnership_school"}),
        Walls("partnership_membership", {"agency_id": "partnership_agency"}),
        OwnRowsVisible("partnership_membership"),
        Walls(
            "partnership_membershipschool",
            {"membership_id": "partnership_membership", "school_id": "partnership_school"},
        ),
        Walls(
            "partnership_invitation",
            {"membership_id": "partnership_membership", "agency_id": "partnership_agency"},
        ),
        Walls("partnership_auditentry"),
        Walls("partnership_auditlink", {"entry_id": "partnership_auditentry"}),
        Walls("partnership_audithead"),
    ]
