"""The syntax of Kubernetes labels and names."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONGEST = 63
_LONGEST_SUBDOMAIN = 253


def is_dns_label(text: str) -> bool:
    return _DNS_LABEL.fullmatch(text) is not None


def is_subdomain(text: str) -> bool:
    return len(text) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(text) is not None


def key_problem(key: str) -> str:
    """Returns what a label or annotation key should be, or "" where it is fine."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_subdomain(prefix):
        return "a DNS subdomain before the /"
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return "a key of at most 63 letters, digits, -, _ and ."
    return ""


def label_problem(key: str, value: str) -> str:
    """Returns what a label should be, or "" where it is fine."""
    if value and (len(value) > _LONGEST or not _NAME.fullmatch(value)):
        return "a value of at most 63 letters, digits, -, _ and ."
    return key_problem(key)
