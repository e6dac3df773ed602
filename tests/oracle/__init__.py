"""Scripts run under real shells with the recording docker, held against what the interpreter predicts."""
