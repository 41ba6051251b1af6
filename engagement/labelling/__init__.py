"""Labels from outside (teachers' ratings, any outcome) → weights of the dimensions."""
