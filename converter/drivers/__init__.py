"""Where scripts hide: each driver turns one kind of file into shell text, and the run that it means."""
