"""A RayService (or RayCluster) as the operator sees it: groups, containers, the Serve config."""
