"""Grade: marks for a class: assignments, the sandbox that runs submissions, the store, and the exporters."""
