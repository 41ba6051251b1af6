"""Configuration reference and data dictionary, made from the code: `python -m engagement.reference`."""
