"""Markdown and YAML text to guides and stories, each with its line numbers."""
