"""The table of Django's database cache (throttles, used one-time codes), as `createcachetable`
would make it: in the migrations, so that no second command is needed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partnership", "0003_audit_chain")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE partnership_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX partnership_cache_expires ON partnership_cache (expires);
            """,
            "DROP TABLE partnership_cache",
        ),
    ]
