"""From events and Dockerfiles to stages, copies and edits."""
