"""The second wall around the rings, and the call to the live process: made by the row itself, so
that it can not be forgotten, and delivered by the database at the commit."""

from django.db import migrations

from partnership.walls import Walls

FORWARD = r"""
CREATE FUNCTION live_call() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('partnership_live', NEW.partnership_id::text);
    RETURN NULL;
END
$$;

CREATE TRIGGER live_call AFTER INSERT ON partnership_liveevent
    FOR EACH ROW EXECUTE FUNCTION live_call();
"""

BACKWARD = r"""
DROP TRIGGER live_call ON partnership_liveevent;
DROP FUNCTION live_call();
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0005_live_event")]

    operations = [
        Walls("partnership_liveevent"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
