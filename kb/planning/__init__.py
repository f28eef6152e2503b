"""What the portfolio chooses from: the index, the journal and files, read into its values."""
