#!/usr/bin/env python
"""Django's door for commands; `./portal manage` opens it in the right environment."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")
    execute_from_command_line(sys.argv)
