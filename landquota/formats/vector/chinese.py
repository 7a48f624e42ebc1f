"""Whether a text that decodes as Chinese is Chinese: nearly all bytes decode as something."""

from __future__ import annotations

from typing import Final

#: Rare signs occur in names; letters with accents that chance makes look Chinese are nearly all rare.
_LEAST_COMMON: Final = 0.95
#: Of the common characters, those of the first level of GB 2312 make up nearly all of running text,
#: and most of place names; of what accents and Cyrillic letters make, about a half.
_LEAST_FIRST_LEVEL: Final = 0.7
_IDEOGRAPHS: Final = ("一", "鿿")
_PRIVATE: Final = ("\ue000", "\uf8ff")
#: Leading bytes of the first level of GB 2312: the 3,755 most common characters.
_FIRST_LEVEL: Final = range(0xB0, 0xD8)


def is_plausible(decoded: str) -> bool:
    """Return whether a text that was decoded as GB18030 reads as Chinese.

    Its ideographs are nearly all in GB 2312, and most of them on its first level.  Source: GB/T 2312-1980.
    """
    if any(_PRIVATE[0] <= sign <= _PRIVATE[1] for sign in decoded):
        return False
    ideographs = [sign for sign in decoded if _IDEOGRAPHS[0] <= sign <= _IDEOGRAPHS[1]]
    codes = [code for code in (sign.encode("gb2312", "ignore") for sign in ideographs) if code]
    first_level = sum(code[0] in _FIRST_LEVEL for code in codes)
    return bool(ideographs) and (
        len(codes) >= _LEAST_COMMON * len(ideographs) and first_level >= _LEAST_FIRST_LEVEL * len(ideographs)
    )
