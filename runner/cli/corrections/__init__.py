"""What a person probably meant by a command line that does not work, for the error's message.

Read `advice.py` first, which writes the message, then `search.py`: it tries other command lines and
keeps the first that is valid. `rules.py` and `component_rules.py` propose them, from the parts of
the line (`line.py`) and the words of other tools (`foreign.py`).
"""
