"""serveConfigV2, judged by Ray's own classes."""
