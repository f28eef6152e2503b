"""kb keeps interview stories as plain files and finds the one that fits a question."""

__version__ = "0.1.0"
