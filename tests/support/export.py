"""Runs haul-export and reads what it wrote."""
from bson import json_util

from support.haul import run, succeeded


def export(*args, **kw):
    """haul-export that has to succeed."""
    return succeeded(run("export", *args, **kw))


def export_lines(*args, **kw):
    return export(*args, **kw).out.splitlines()


def documents(*args, **kw):
    return [json_util.loads(line) for line in export_lines(*args, **kw)]
