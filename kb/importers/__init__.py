"""Stories out of the files that people have: bytes or text in, drafts of stories out."""
