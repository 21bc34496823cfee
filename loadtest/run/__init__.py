"""The course of a run: who starts when, what is observed, and what is kept."""
