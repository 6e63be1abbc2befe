"""The two commands, the servers, the keys and the deployment files."""
