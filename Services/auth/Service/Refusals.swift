import AuthCore
import RPC

func conflict(_ field: String, _ message: String) -> RPCError {
  RPCError(
    .alreadyExists, message,
    details: ErrorDetails(fields: [FieldError(name: field, messages: [message])]))
}

extension RPCError {
  /// The same for an unknown email, a wrong password and a disabled user.
  static let invalidCredentials = RPCError(
    .unauthenticated, "Invalid credentials", reason: "invalid_credentials")

  static let invalidRefreshToken = RPCError(
    .unauthenticated, "Token is invalid or expired", reason: "token_not_valid")

  static let emailTaken = conflict("email", "User with this email already exists")
}

extension PasswordFault {
  var message: String {
    switch self {
    case .tooShort: "Password must be at least \(PasswordRules.shortest) characters"
    case .entirelyNumeric: "Password cannot be entirely numeric"
    case .tooCommon: "Password is too common"
    case .tooSimilarToEmail: "Password is too similar to the email"
    }
  }
}

/// An email and a password that may become a user.
struct Credentials: Sendable {
  let email: EmailAddress
  let password: String

  /// - Throws: `.invalidArgument` with everything that is wrong with either.
  init(email: String?, password: String?) throws {
    var faults: [FieldError] = []
    let text = (email ?? "").trimmedOfBlanks
    let address = EmailAddress(text)
    if text.isEmpty {
      faults.append(FieldError(name: "email", messages: ["This field is required"]))
    } else if address == nil {
      faults.append(FieldError(name: "email", messages: ["Invalid email format"]))
    }
    let password = password ?? ""
    if password.isEmpty {
      faults.append(FieldError(name: "password", messages: ["This field is required"]))
    } else {
      let wrong = PasswordRules.faults(in: password, email: text).map(\.message)
      if !wrong.isEmpty { faults.append(FieldError(name: "password", messages: wrong)) }
    }
    guard let address, faults.isEmpty else { throw RPCError(invalid: faults) }
    (self.email, self.password) = (address, password)
  }
}

extension EmailAddress {
  /// The address in a request's field `email`.
  /// - Throws: `.invalidArgument` when it is missing or none.
  init(given text: String?) throws {
    guard let text = given(text) else { throw RPCError(required: "email") }
    guard let address = EmailAddress(text) else {
      throw RPCError(field: "email", "Invalid email format")
    }
    self = address
  }
}
