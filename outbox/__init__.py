"""The outbox: the only way anything leaves the house."""
