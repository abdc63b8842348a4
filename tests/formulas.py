"""Reads formulas as a trace prints them, and computes what they say of a row."""

from __future__ import annotations

import re

import numpy as np

TOKEN = re.compile(r"\s*([ḟḞ][⁰¹²³]\(n[⁰¹²³]\)|a[⁰¹²³]|log|max|min|sign|[yỹqrpδγεΣ½−+∘/^²ᵀ(),|\[\]>]|[\d.]+)")
FUNCTIONS = {"log": np.log, "sign": np.sign, "max": np.maximum, "min": np.minimum}


class Formula:
    """A formula, of symbols or with numbers in their place."""

    def __init__(self, parts, values=None):
        self.tokens = []
        for part in parts:
            if isinstance(part, str):
                names = re.findall(TOKEN, part)
                assert "".join(names) == part.replace(" ", ""), part  # nothing is left out
                self.tokens += [(values or {}).get(name, name) for name in names]
            else:
                self.tokens.append(part)

    def value(self):
        found = self.total()
        assert not self.tokens
        return found

    def next_is(self, *names):
        return bool(self.tokens) and isinstance(self.tokens[0], str) and self.tokens[0] in names

    def take(self, *names):
        assert not names or self.next_is(*names), self.tokens
        return self.tokens.pop(0)

    def total(self):
        is_negative = self.next_is("−") and self.take()
        found = self.product()
        found = -found if is_negative else found
        while self.next_is("+", "−", ">"):
            sign, other = self.take(), None
            other = self.total() if sign == ">" else self.product()
            found = found > other if sign == ">" else found + other if sign == "+" else found - other
        return found

    def product(self):
        if self.next_is("Σ"):
            self.take()
            return np.sum(self.product())
        found = self.power()
        while self.tokens and not self.next_is("+", "−", ">", ")", "]", "|", ","):
            if self.next_is("Σ"):
                return found * self.product()
            sign = self.take() if self.next_is("∘", "/") else ""
            other = self.power()
            if sign == "/":
                found = found / other
            elif sign == "" and np.ndim(other) == 2 and len(other) > 1:  # a matrix, or a column
                found = found @ other
            else:
                found = found * other
        return found

    def power(self):
        found = self.atom()
        while self.next_is("^", "²", "ᵀ"):
            sign = self.take()
            found = np.transpose(found) if sign == "ᵀ" else found ** (2 if sign == "²" else self.atom())
        return found

    def atom(self):
        token = self.take()
        if not isinstance(token, str):
            return token if np.ndim(token) == 0 else np.atleast_2d(token)
        if token in FUNCTIONS:
            if not self.next_is("("):
                return FUNCTIONS[token](self.power())
            self.take()
            arguments = [self.total()]
            while self.next_is(","):
                self.take()
                arguments.append(self.total())
            self.take(")")
            return FUNCTIONS[token](*arguments)
        if token in "(|[":
            found = self.total()
            self.take({"(": ")", "|": "|", "[": "]"}[token])
            return np.abs(found) if token == "|" else found * 1.0 if token == "[" else found
        return 0.5 if token == "½" else float(token)
