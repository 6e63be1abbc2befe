"""The ways a message can take out of the house; each is a file of the same small shape."""
