"""Long runs that try to break kb: `make torture`."""
