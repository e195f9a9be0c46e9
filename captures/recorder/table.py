"""The accuracy report as text."""

_COLUMNS = {
    "connections": "conns", "scored": "scored", "race_found": "races", "race_invented": "invented",
    "race_missed": "missed"}


def _percent(share):
    return "-" if share is None else f"{100 * share:.2f}"


def _row(name, score):
    counts = "".join(f"{score.counts[key]:>9}" for key in _COLUMNS)
    shares = "".join(f"{_percent(share):>10}" for share in score.figures.values())
    return f"{name:<52}{counts}{shares}"


def render(scores, total):
    """One line a file, then truth against verdict, then what is not as it should be."""
    lines = [f"{'file':<52}" + "".join(f"{name:>9}" for name in _COLUMNS.values())
             + "".join(f"{name:>10}" for name in total.figures)]
    lines += [_row(name, score) for name, score in scores]
    lines += [_row("all", total), "", *_confusion(total.confusion), ""]
    rest = ("not_scored", "not_in_file", "missing", "roles_swapped", "request_line_wrong", "race_without_truth")
    lines.append(", ".join(f"{name.replace('_', ' ')} {total.counts[name]}" for name in rest))
    lines += ["", *total.disagreements] if total.disagreements else ["no disagreement"]
    return "\n".join(lines)


def _confusion(confusion):
    words = sorted({word for row in confusion.values() for word in row})
    yield f"{'truth':<27}" + "".join(f"{word:>{max(len(word), 5) + 2}}" for word in words)
    for label in sorted(confusion):
        yield f"{label:<27}" + "".join(f"{confusion[label][word] or '.':>{max(len(word), 5) + 2}}" for word in words)
