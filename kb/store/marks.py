"""What tells an index of this kb from any other SQLite file."""

# Another number makes a build start from nothing.
SCHEMA_VERSION = "4"
# PRAGMA application_id of every index: "kbix".
APPLICATION_ID = 0x6B626978
