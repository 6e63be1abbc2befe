"""`./portal manage`: any management command, in the environment that `up` gives its processes."""

import os
import signal
import subprocess
import time

from partnership.running import furnishing
from partnership.running.children import PYTHON, REPOSITORY, dies_with_us
from partnership.running.front import compile_translations
from partnership.running.place import Place
from partnership.running.surroundings import Surroundings
from partnership.running.trouble import Trouble
from partnership.running.up import data_folder

# These change tables, which the application's own role can not.
OWNERS_COMMANDS = {"migrate", "flush", "createcachetable"}
BEFORE_MIGRATING = {"makemigrations", "migrate", "showmigrations", "sqlmigrate", "check", "help"}


def manage(arguments: list[str]) -> int:
    """On the servers of the portal that runs on the data folder, else on servers for this once."""
    if not arguments:
        raise Trouble(
            "usage: ./portal manage COMMAND …   (./portal manage help lists them)", code=2
        )
    place = Place(data_folder())
    around = Surroundings(place)
    while not place.hold("management command"):
        if place.holder() == "portal":
            around.borrow()
            return call(around, arguments)
        time.sleep(0.2)
    try:
        around.launch()
        around.furnish()
        compile_translations()
        if arguments[0] not in BEFORE_MIGRATING:
            furnishing.migrate(around)
        return call(around, arguments)
    finally:
        around.stop()
        place.release()


def call(around: Surroundings, arguments: list[str]) -> int:
    """In the foreground, with the terminal: some commands ask questions."""
    env = around.env(
        {"PORTAL_DEMO": os.environ.get("PORTAL_DEMO", "1")},
        as_owner=arguments[0] in OWNERS_COMMANDS,
    )
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        cwd=REPOSITORY,
        env=env,
        preexec_fn=dies_with_us(signal.SIGTERM),
        check=False,
    )
    return done.returncode if done.returncode in {0, 1, 2} else 1
