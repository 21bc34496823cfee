"""The parity gate: does the served endpoint answer as ML.PREDICT does?"""
