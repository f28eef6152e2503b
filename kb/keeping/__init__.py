"""What changes the user's own files, always asked for: each act in a module of its own."""
