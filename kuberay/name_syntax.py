"""The syntax of Kubernetes' names and labels."""

from __future__ import annotations

import re

DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{DNS_LABEL}(\.{DNS_LABEL})*"
LABEL_VALUE = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_LONGEST_LABEL = 63
_LONGEST_SUBDOMAIN = 253


def is_dns_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and re.fullmatch(DNS_LABEL, text) is not None


def is_subdomain(text: str) -> bool:
    return len(text) <= _LONGEST_SUBDOMAIN and re.fullmatch(SUBDOMAIN, text) is not None


def key_problem(key: str) -> str:
    """Returns what a label or annotation key should be, or "" where it is fine."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_subdomain(prefix):
        return "a DNS subdomain before the /"
    if not _is_label_value(name):
        return "a key of at most 63 letters, digits, -, _ and ."
    return ""


def label_problem(key: str, value: str) -> str:
    if value and not _is_label_value(value):
        return "a value of at most 63 letters, digits, -, _ and ."
    return key_problem(key)


def _is_label_value(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and re.fullmatch(LABEL_VALUE, text) is not None
