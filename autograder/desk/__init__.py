"""The lecturer's desk: what became of a class, on a page, in tables, and for other gradebooks."""
