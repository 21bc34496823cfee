"""Locust as processes: started, listened to, proven fast enough, ended."""
