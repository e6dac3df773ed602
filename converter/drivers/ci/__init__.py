"""CI files and their like as drivers: one file for each kind, one reader of YAML with spans behind them."""
