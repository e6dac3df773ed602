"""Findings for a code review: what of a tree, or of a change to it, is the builder pattern, and how it reads without."""
