"""What tests/torture/web.py is made of."""
