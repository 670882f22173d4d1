"""Deliver: the part and its renderings -> files in the session, whole or not there."""
