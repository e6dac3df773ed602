"""A private container engine for tests, with stand-ins for the official images."""
