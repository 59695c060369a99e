"""Programs of ours that run on nodes: standard library only, Python 3.9 or newer.

Nothing in the package imports them: `emitters.node_config.programs` makes one file of a program
and the modules of this folder that it names, and a role lays that file down.
"""
