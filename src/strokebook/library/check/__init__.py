"""Looking a catalogue over: what is wrong with its database, its log of edits, its twin."""
