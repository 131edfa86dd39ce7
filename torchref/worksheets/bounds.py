"""Bounds: how much a worksheet may hold. A text of any content is read within seconds, and none of it is ever run."""

# A worksheet of a few hundred lines is some 20 kB; the document with all its prose is 45 kB.
MOST_BYTES = 1 << 20
MOST_LINES = 20_000
# Of one equation, with all its parts. The document's longest has 150.
MOST_CHARACTERS = 2_000
# Equations that are judged, and equals signs in one of them.
MOST_EQUATIONS = 2_000
MOST_PARTS = 24
# Brackets within brackets.
DEEPEST = 40
# Digits of one number; its exponent; the exponent of a power.
MOST_DIGITS = 40
LARGEST_EXPONENT = 400
