"""The steps from a SQL text to a published version; each can be interrupted and run again."""
