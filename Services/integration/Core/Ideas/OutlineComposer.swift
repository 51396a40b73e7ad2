/// The sections of an idea: those its form asks for, and one for every other keyword that says
/// something of its own.
struct OutlineComposer {
  let aim: KeywordAim
  let lead: String
  let subject: String
  let others: [String]

  static let maxSections = 9

  func sections(_ choice: inout SeededChoice) -> [OutlineSection] {
    var frame = frames.map { written($0, &choice) }
    let room = max(Self.maxSections - frame.count - 1, 1)
    let own = keywordSections(room: room, &choice)
    let last = frame.popLast()
    let all = frame + own + (last.map { [$0] } ?? [])
    var seen: Set<String> = []
    return all.filter { seen.insert($0.heading.lowercased()).inserted }
  }

  private typealias Frame = (heading: String, brief: String, subsections: [String])

  private func written(_ frame: Frame, _ choice: inout SeededChoice) -> OutlineSection {
    let sides = KeywordForm.sides(of: lead)
    let wording = Wording(slots: [
      "subject": Title.cased(subject), "thing": subject, "keyword": KeywordForm.heading(lead),
      "left": Title.cased(sides?.0 ?? subject),
      "right": sides.map { Title.cased($0.1) } ?? "the Alternative",
    ])
    return OutlineSection(
      heading: KeywordForm.tidied(wording.write(frame.heading, &choice)),
      brief: wording.write(frame.brief, &choice),
      subsections: frame.subsections.map { wording.write($0, &choice) })
  }

  /// Keywords beyond the room become subsections of the last section made for one.
  private func keywordSections(
    room: Int, _ choice: inout SeededChoice
  ) -> [OutlineSection] {
    var result: [OutlineSection] = []
    let wording = Wording(slots: [:])
    for keyword in others {
      if result.count < room {
        result.append(
          OutlineSection(
            heading: KeywordForm.heading(keyword), brief: brief(for: keyword),
            subsections: subsections(for: keyword).map { wording.write($0, &choice) }))
      } else if let last = result.indices.last {
        result[last].subsections.append(KeywordForm.heading(keyword))
      }
    }
    return result
  }

  private func brief(for keyword: String) -> String {
    switch KeywordAim(keyword) {
    case .comparison: "Set the two side by side and say when each is the better fit."
    case .howTo, .recipe: "Give the steps in order and say how to tell that each one worked."
    case .troubleshooting: "Lead from the symptom to the likely causes, easiest check first."
    case .cost, .buying, .review: "Say what to look for and which trade-offs come with it."
    case .definition, .question: "Answer in the first sentence, then explain the reasons."
    case .list: "Offer options grouped by situation rather than by rank."
    case .topic: "Explain how this fits in and what the reader should take from it."
    }
  }

  private func subsections(for keyword: String) -> [String] {
    switch KeywordAim(keyword) {
    case .howTo:
      [
        "[What to Prepare|Before You Begin|Preparation]",
        "[How to Know It Worked|Check the Result|A Last Check|Finishing]",
      ]
    case .comparison:
      ["[Where|How] They Differ", "[Which to Pick|Making the Choice|How to Decide]"]
    default: []
    }
  }

  private var frames: [Frame] {
    switch aim {
    case .comparison:
      [
        (
          "{keyword}[ at a Glance| in Brief|: The Short Version]",
          "Give the short answer in a table before the detail.", []
        ),
        (
          "[Reasons for {left}|The Case for {left}]", "Describe the first option fairly.",
          ["Strengths[| of {left}]", "Limits[| of {left}]"]
        ),
        (
          "[Reasons for {right}|The Case for {right}]", "Describe the second option fairly.",
          ["[Strong Points|Advantages] of {right}", "[Weak Points|Drawbacks] of {right}"]
        ),
        (
          "[How to Decide|Making the Choice|Which One Fits You]",
          "Turn the differences into questions the reader can answer.", []
        ),
      ]
    case .howTo, .recipe:
      [
        (
          "[What You Need Before You Start|Preparation|Before You Begin]",
          "List what has to be at hand and why.", []
        ),
        (
          "{keyword}[: Step by Step|: The Steps|, Step by Step]",
          "Give the steps in order with a check after each.",
          [
            "[First Steps|Setting Up]", "[The Main Part|Carrying It Out]",
            "[Finishing|The Last Check]",
          ]
        ),
        (
          "[Common Mistakes|Mistakes to Avoid|Where It Tends to Go Wrong]",
          "Name the slips that spoil the result and how to notice them early.", []
        ),
        (
          "[How to Adjust the Result|Refining Your Routine|Getting Better at It]",
          "Say which single change to try first, and why only one.", []
        ),
      ]
    case .troubleshooting:
      [
        (
          "[What the Symptom Tells You|Reading the Symptom]",
          "Help the reader describe the problem precisely.", []
        ),
        (
          "{keyword}[: Likely Causes|: Where to Look First]",
          "Order the causes from the easiest check to the hardest.",
          ["[Quick Checks|The Easy Checks]", "[Less Obvious Causes|Deeper Causes]"]
        ),
        ("[What to Try|Fixes in Order]", "One change at a time, with a way to see its effect.", []),
        (
          "[How to Prevent It|Keeping It From Coming Back]",
          "Turn the fix into a habit.", []
        ),
      ]
    case .cost, .buying, .review:
      [
        (
          "[{subject}: What Matters Most|Start With How You Will Use It|First, Your Own Use]",
          "Begin with the reader's situation, not with products.", []
        ),
        (
          "{keyword}: [What to Look For|How to Compare]",
          "Name the criteria and how to check each one.",
          [
            "[Features Worth Having|The Essentials]",
            "[Features You Can Skip|Nice to Have|Optional Features]",
            "[Quality and Upkeep|What Lasts]",
          ]
        ),
        (
          "[What Drives the Price|Budget and Value]",
          "Explain what more money buys without quoting prices.", []
        ),
        (
          "[Questions to Ask Before You Decide|A Checklist Before You Commit]",
          "A short list the reader can take along.", []
        ),
      ]
    case .definition, .question:
      [
        ("{keyword}[| – The Short Answer]", "Answer first, in two or three sentences.", []),
        ("[Why It Matters|Why People Ask]", "Connect the answer to a decision.", []),
        (
          "[What It Depends On|What Changes the Answer]",
          "Name the conditions under which the answer differs.",
          [
            "[Your Situation|Your Own Situation|The Situation You Are In]",
            "[Your Goal|What You Want to Reach]",
          ]
        ),
        ("[What to Do With This|How to Use This]", "Give the reader a next step.", []),
      ]
    case .list, .topic:
      [
        (
          "{keyword}[: Where to Start|: The Basics]",
          "Set the scene and define the terms that follow.", []
        ),
        (
          "[What to Consider First|The Main Considerations]",
          "The few points that shape everything else.",
          [
            "[Your Needs|What You Want From It|Needs and Wishes]",
            "[Budget and Space|Time and Budget|Your Budget]",
          ]
        ),
        (
          "[{subject}: Good Habits|{subject} in Practice]",
          "Turn the points into things to do.", []
        ),
        ("[Where to Go From Here|Next Steps]", "Close with one small thing to do today.", []),
      ]
    }
  }
}
