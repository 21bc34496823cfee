"""One small typed file becomes a production RayService: rendered, checked, applied, watched."""
