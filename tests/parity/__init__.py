"""Side by side with scikit-learn: the same trainings over a grid of settings, as tests and as a table."""
