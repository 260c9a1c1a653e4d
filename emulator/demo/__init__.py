"""The main job: real calls through every phase, judged by the source's statements from outside."""
