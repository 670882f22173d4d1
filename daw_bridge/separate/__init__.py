"""A mix -> its stems, by demucs (extra `separate`), in a process of its own.

demucs (Rouard, Massa and Défossez, "Hybrid Transformers for Music Source Separation", ICASSP 2023)
brings torch, a gigabyte; nothing of it is imported here.
"""

from daw_bridge.separate.separator import SeparatedStem, Separator, separate

__all__ = ["SeparatedStem", "Separator", "separate"]
