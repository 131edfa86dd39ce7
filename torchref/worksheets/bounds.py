"""Bounds: how much a worksheet may hold. A text of any content is read within seconds, and none of it is ever run."""

# A worksheet of a few hundred lines is some 20 kB; the document with all its prose is 45 kB.
MOST_BYTES = 1 << 20
MOST_LINES = 20_000
# Of one equation, with all its parts. The document's longest has 150.
MOST_CHARACTERS = 2_000
# Of all equations together: numbers, names and operations, a function or power counted as ten, a sign as five. The
# document has 1,300; this many take some seconds at the worst.
MOST_WORK = 20_000
# Sides of equations, and their characters, that are read at all.
MOST_SIDES = 4_000
MOST_EQUATION_CHARACTERS = 200_000
# Wrong numbers whose mistakes are looked for; beyond them, something else is the matter.
MOST_NAMED = 50
# Rounded numbers in one calculation whose effects are followed one by one.
MOST_ROUNDED = 10
# Brackets within brackets.
DEEPEST = 40
# Digits of one number; its exponent; the exponent of a power.
MOST_DIGITS = 40
LARGEST_EXPONENT = 400
