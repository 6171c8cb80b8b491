"""The stages of a run, one file a stage, named as the stage."""
