"""Tasks: what a student's function is asked, and how its answer is judged."""
