"""What is done to a row before the model of this bundle sees it, in plain Python 3.9 or newer, without any package.

    import json
    from prepare import prepare

    recipe = json.load(open("recipe.json", encoding="utf-8"))
    prepare(recipe, {"city": " madrid", "born": date(1990, 5, 1), "income": 21000.0})

A row is a dictionary of the columns in `inputs`: words are str, numbers int or float, days `date`, moments `datetime`
without a time zone; what is missing is None. What comes back has the columns that the model is given. It is None for a
row that a filter takes away: for such rows the model wasn't made, and no prediction is to be made.
"""

import math
import unicodedata
from datetime import date, datetime, timedelta

EPOCH = datetime(1970, 1, 1)
WORDS = ("text", "category", "boolean", "identifier")


class NotHere(Exception):
    """A step that only Ciclo itself can do: reading numbers and dates out of words."""


def prepare(recipe, row):
    """The row after all steps; None where a filter takes it away."""
    row = {column["name"]: row[column["name"]] for column in recipe["inputs"]}
    kinds = {column["name"]: column["type"] for column in recipe["inputs"]}
    for step in recipe["steps"]:
        if not STEPS[step["step"]](step, row, kinds):
            return None
    return row


# Words


def is_blank(sign):
    """Any blank, also those that don't break a line."""
    return sign in "\t\n\x0b\x0c\r \x85" or unicodedata.category(sign)[0] == "Z"


def words_in(text):
    """The stretches between blanks."""
    found = [""]
    for sign in text:
        if is_blank(sign):
            found.append("")
        else:
            found[-1] += sign
    return [word for word in found if word]


def stripped(text):
    """Without blanks before and behind."""
    begin, end = 0, len(text)
    while begin < end and is_blank(text[begin]):
        begin += 1
    while end > begin and is_blank(text[end - 1]):
        end -= 1
    return text[begin:end]


def trim(step, row, kinds):
    """Blanks away, capitals changed; what is empty then is missing."""
    text = row[step["column"]]
    if text is not None:
        text = " ".join(words_in(text))
        text = {"lower": text.lower, "upper": text.upper}.get(step["case"], lambda: text)()
        row[step["column"]] = text or None
    return True


def replace(step, row, kinds):
    """Words written otherwise; an empty one is missing."""
    text = row[step["column"]]
    if text in step["words"]:
        row[step["column"]] = step["words"][text] or None
    return True


def split(step, row, kinds):
    """Words cut at a separator; the last column takes the rest."""
    text, names = row[step["column"]], step["into"]
    parts = [] if text is None else text.split(step["separator"], len(names) - 1)
    for place, name in enumerate(names):
        row[name] = (stripped(parts[place]) or None) if place < len(parts) else None
        kinds[name] = "text"
    return True


def extract(step, row, kinds):
    """A part of a text; missing where there is none."""
    text, found = row[step["column"]], None
    if text is not None and step["what"] in ("digits", "letters"):
        wanted = "0123456789".__contains__ if step["what"] == "digits" else str.isalpha
        found = first_run(text, wanted)
    elif text is not None and step["mark"] in text:
        before, _, after = text.partition(step["mark"])
        found = stripped(before if step["what"] == "before" else after) or None
    row[step["into"]], kinds[step["into"]] = found, "text"
    return True


def first_run(text, wanted):
    """The first stretch of signs that are wanted; None where there is none."""
    found = ""
    for sign in text:
        if wanted(sign):
            found += sign
        elif found:
            break
    return found or None


def concatenate(step, row, kinds):
    """Words one after the other; missing where one is."""
    parts = [row[name] for name in step["columns"]]
    row[step["into"]] = None if None in parts else step["separator"].join(parts)
    kinds[step["into"]] = "text"
    return True


# Numbers and dates


def is_time(value):
    """Whether a cell is a day or a moment."""
    return isinstance(value, date)


def is_time_kind(kind):
    """Whether a column is of days or moments."""
    return kind in ("date", "datetime")


def moment(value):
    """A day or a moment, as a moment."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def same(cell, value):
    """Whether a cell is a value of the recipe."""
    if isinstance(cell, str):
        return cell == str(value)
    return moment(cell) == moment(value) if is_time(cell) else cell == float(value)


def rename(step, row, kinds):
    """A column under another name."""
    row[step["to"]], kinds[step["to"]] = row.pop(step["column"]), kinds.pop(step["column"])
    return True


def drop(step, row, kinds):
    """Without some columns."""
    for name in step["columns"]:
        row.pop(name, None)
    return True


def retype(step, row, kinds):
    """As another type of the same sort."""
    name, wanted = step["column"], step["type"]
    if (kinds[name] in WORDS) != (wanted in WORDS) or is_time_kind(kinds[name]) != is_time_kind(wanted):
        raise NotHere(name)
    cell = row[name]
    if cell is not None and is_time_kind(wanted):
        cell = moment(cell) if wanted == "datetime" else date(cell.year, cell.month, cell.day)
    elif cell is not None and wanted == "number":
        cell = float(cell)
    elif cell is not None and wanted == "integer":
        cell = int(cell) if cell == math.floor(cell) and abs(cell) < 2.0**63 else None
    row[name], kinds[name] = cell, wanted
    return True


def blank(step, row, kinds):
    """Values that stand for nothing become missing."""
    cell = row[step["column"]]
    if cell is not None and any(same(cell, value) for value in step["values"]):
        row[step["column"]] = None
    return True


def fill(step, row, kinds):
    """What is missing gets a value."""
    if row[step["column"]] is None:
        row[step["column"]] = as_kind(step["value"], kinds[step["column"]])
    return True


def as_kind(value, kind):
    """A value of the recipe as a cell."""
    if kind in WORDS:
        return str(value)
    if is_time_kind(kind):
        return moment(value) if kind == "datetime" else date.fromisoformat(value)
    return int(float(value)) if kind == "integer" else float(value)


def clip(step, row, kinds):
    """Numbers beyond a bound become the bound, or missing."""
    cell, whole = row[step["column"]], kinds[step["column"]] == "integer"
    low, high = step["low"], step["high"]
    if cell is not None and low is not None and cell < low:
        cell = None if step["blank"] else math.ceil(low) if whole else float(low)
    if cell is not None and high is not None and cell > high:
        cell = None if step["blank"] else math.floor(high) if whole else float(high)
    row[step["column"]] = cell
    return True


def bin_(step, row, kinds):
    """A number as the word of its range; an edge belongs to the range above."""
    cell = row[step["column"]]
    place = sum(cell >= edge for edge in step["edges"]) if cell is not None else 0
    row[step["into"]], kinds[step["into"]] = None if cell is None else step["labels"][place], "category"
    return True


def date_part(step, row, kinds):
    """A part of a date; weekdays count from Monday, 1."""
    cell, part = row[step["column"]], step["part"]
    if cell is None:
        found = None
    elif part == "weekday":
        found = cell.isoweekday()
    elif part == "quarter":
        found = (cell.month + 2) // 3
    else:
        found = getattr(cell, part)
    row[step["into"]], kinds[step["into"]] = found, "integer"
    return True


def calculate(step, row, kinds):
    """A number of two; missing where there is none."""
    left, right = (operand(step[side], step["operator"], row) for side in ("left", "right"))
    row[step["into"]] = None if left is None or right is None else worked_out(step["operator"], left, right)
    kinds[step["into"]] = "number"
    return True


def operand(value, operator, row):
    """A column or a constant; of dates, microseconds since 1970."""
    if isinstance(value, str) and value in row:
        value = row[value]
    elif operator == "days":
        value = moment(value)
    if value is None or not is_time(value):
        return None if value is None else float(value)
    return (moment(value) - EPOCH) / timedelta(microseconds=1)


def worked_out(operator, left, right):
    """A number; None where there is none."""
    try:
        found = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "days": lambda: (left - right) / 86_400e6,
        }[operator]()
    except ZeroDivisionError:
        return None
    return found if math.isfinite(found) else None


def filter_(step, row, kinds):
    """Whether the row stays."""
    cell, test, values = row[step["column"]], step["test"], step["values"]
    if test in ("missing", "present"):
        return (cell is None) == (test == "missing")
    if cell is None:
        return False
    if test in ("=", "in", "!="):
        return any(same(cell, value) for value in values) == (test != "!=")
    value = moment(values[0]) if is_time(cell) else float(values[0])
    cell = moment(cell) if is_time(cell) else cell
    return {"<": cell < value, "<=": cell <= value, ">": cell > value, ">=": cell >= value}[test]


STEPS = {
    "rename": rename,
    "drop": drop,
    "retype": retype,
    "trim": trim,
    "replace": replace,
    "blank": blank,
    "fill": fill,
    "clip": clip,
    "bin": bin_,
    "split": split,
    "extract": extract,
    "date_part": date_part,
    "calculate": calculate,
    "concatenate": concatenate,
    "filter": filter_,
}
