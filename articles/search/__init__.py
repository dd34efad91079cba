"""One search for readers, editors and choosers."""
