"""Labels and annotations anywhere in an object: one finding for each that Kubernetes refuses."""

from __future__ import annotations

from kuberay.name_syntax import key_problem, label_problem
from kuberay.validate.manifest.node import Node
from kuberay.validate.rule import Findings, Rule


def wrong_labels(rule: Rule, labels: Node) -> Findings:
    for key, node in labels.entries:
        if problem := label_problem(key, node.text):
            yield rule.at(node, f"{key}: {node.text}", expected=problem)


def wrong_annotations(rule: Rule, annotations: Node) -> Findings:
    for key, node in annotations.entries:
        if problem := key_problem(key):
            yield rule.at(node, key, expected=problem)
