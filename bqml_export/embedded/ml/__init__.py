"""BigQuery ML's training rules for LINEAR_REG and LOGISTIC_REG, free of HTTP."""
