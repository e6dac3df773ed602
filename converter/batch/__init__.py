"""Folders and files around the pure conversion: finding, reading, choosing, writing."""
