// The room WriterService.
