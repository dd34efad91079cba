"""Links in what is written: where they stand, whether they lead anywhere, and what to say of it."""
