"""Shows a run's stages while it runs: redrawn lines on a terminal, one line a change elsewhere."""

BAR = 24


class Progress:
    def __init__(self, out):
        self.out, self.is_terminal = out, out.isatty()
        self.drawn, self.told = 0, {}

    def show(self, run):
        if self.is_terminal:
            self.draw(run)
        else:
            self.tell(run)

    def end(self, run):
        self.show(run)
        self.out.write(f"run {run['id']} {run['status']}\n")
        self.out.flush()

    def draw(self, run):
        up = f"\x1b[{self.drawn}A" if self.drawn else ""
        lines = [f"\x1b[2K{line_of(stage)}\n" for stage in run["stages"]]
        self.out.write(up + "".join(lines))
        self.out.flush()
        self.drawn = len(lines)

    def tell(self, run):
        """A line when a stage begins or ends, and at each quarter of its way."""
        for stage in run["stages"]:
            quarter = 4 * handled(stage) // max(1, stage["seen"])
            mark = (stage["status"], quarter)
            if stage["status"] != "pending" and self.told.get(stage["stage"]) != mark:
                self.told[stage["stage"]] = mark
                self.out.write(line_of(stage) + "\n")
        self.out.flush()


def handled(stage):
    return stage["done"] + stage["failed"] + stage["skipped"]


def line_of(stage):
    share = handled(stage) / stage["seen"] if stage["seen"] else stage["status"] == "completed"
    bar = ("#" * int(BAR * min(1, share))).ljust(BAR, ".")
    trouble = f", {stage['failed']} failed" if stage["failed"] else ""
    return (f"{stage['stage']} {stage['name']:32.32} [{bar}] {stage['status']:10}"
            f"{handled(stage)}/{stage['seen']}{trouble}, {stage['credits']} credits")
