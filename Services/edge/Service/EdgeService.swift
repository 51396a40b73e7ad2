// The room EdgeService.
