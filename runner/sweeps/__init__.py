"""Trains many combinations: what is combined, who trains it, and what came out."""
