"""Models of SQL: trained, altered, exported, and asked inside queries."""
