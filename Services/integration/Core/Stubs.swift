struct ContentOptimizer { let order: OptimizationOrder; func optimize() -> Optimization { Optimization(html: order.html, metaTitle: "", metaDescription: "", changes: []) } }
struct SiteComposer { let brief: SiteBrief; func structure() -> SiteStructure { SiteStructure(pages: []) }; func blocks(of page: SitePage) -> PageBlocks { PageBlocks(title: "", metaDescription: "", blocks: []) } }
