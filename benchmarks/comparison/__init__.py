"""The benchmark: our service beside others, side by side in one run, per CPU second."""
