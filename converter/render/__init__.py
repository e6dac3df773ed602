"""From a plan's blocks to the text of the new files."""
