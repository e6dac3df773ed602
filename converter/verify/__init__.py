"""Proving that two images are the same: reading, comparing and reporting them."""
