"""The RayService: its head, its workers, and what Serve runs on them."""
