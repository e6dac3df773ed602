"""Shell scripts: read into a typed syntax tree, and interpreted without running anything."""
