import Kernel

/// Why no credits were promised, in order of precedence.
package enum AuthorizeRefusal: Error, Hashable {
  /// The key names a hold of another operation.
  case keyTaken(String)
  case creditsNotPositive
  case insufficientCredits(required: Credits, available: Credits)
}

/// Why a hold was not captured, in order of precedence.
package enum CaptureRefusal: Error, Hashable {
  /// It was captured before, for another cost.
  case capturedOtherwise(Credits)
  case released
  case expired
  case price(PriceRefusal)
}

/// Why a hold was not released.
package enum ReleaseRefusal: Error, Hashable {
  case captured
}

/// Why an account was not adjusted, in order of precedence.
package enum AdjustRefusal: Error, Hashable {
  case amountIsZero
  case amountTooLarge
  case noReason
  case alreadyExpired
  case insufficientCredits(required: Credits, available: Credits)
}
