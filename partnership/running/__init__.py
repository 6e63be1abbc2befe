"""Sets up and runs the house on one machine: servers, database roles, front end, processes."""
