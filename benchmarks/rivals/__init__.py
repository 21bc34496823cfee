"""Programs that are measured beside ours, each run by itself; nothing here imports them.

They are written as their frameworks' documentation shows, by someone in no hurry to make them fast
or slow. Arguments: the port, and for those with a model its folder.
"""
