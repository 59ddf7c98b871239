"""The room in which students' code runs: bubblewrap around a Jupyter kernel."""
