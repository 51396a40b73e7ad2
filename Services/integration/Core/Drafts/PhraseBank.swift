/// Words that may stand for each other in any sentence; a template names them as `<often>`.
enum PhraseBank {
  static let named: [String: String] = [
    "note": "[note|write down|make a note of]",
    "check": "[check|find out|look up|make sure you know]",
    "ask": "[ask yourself|think about|consider]",
    "because": "[because|since|as]",
    "often": "[often|usually|generally|frequently]",
    "seldom": "[seldom|rarely|hardly ever]",
    "while": "[for a week|for a few days|for a while|for some time]",
    "later": "[later|later on|afterwards|when you need them]",
    "option": "[option|candidate|choice|solution]",
    "source": "[source|guide|article|writer]",
    "sources": "[sources|guides|articles|writers]",
    "beforehand": "[beforehand|first|in advance|before you start]",
    "good": "[good|sound|reliable|clear]",
    "matters": "[matters|counts|makes a difference]",
    "helps": "[helps|pays|is useful|makes sense]",
    "someone": "[a friend|a colleague|somebody else|someone you know]",
  ]
}
