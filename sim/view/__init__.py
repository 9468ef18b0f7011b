"""The interactive view: one page for a policy room, served on this machine and offline.

`choice` is what a person has chosen, `runs` and `pool` simulate it in worker processes, `snapshot`
is what a page shows at one moment, `panels` show it, `workshop` is the room with teams.
"""
