"""Files of other tools: AnnData, GCT and GCTX, graphs for Cytoscape."""
