"""The ground floor: what all folders share, without heavy imports."""
