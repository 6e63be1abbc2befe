"""The vault: a second database that holds one random share per sealed object."""
