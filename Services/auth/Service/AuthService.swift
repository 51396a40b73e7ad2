// The room AuthService.
