"""What everyone accepts and then fails, or works worse than meant."""
