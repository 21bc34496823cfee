"""The state folder of the embedded services."""
