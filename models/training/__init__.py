"""Training of the shipped models: one command a model, re-runnable, nothing of it needed at run time."""
