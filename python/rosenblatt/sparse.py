"""Sparse tables in the form that the core reads."""

from __future__ import annotations

from typing import Any

from scipy.sparse import csc_array, issparse

__all__ = ["compressed_rows"]


def compressed_rows(X: Any) -> Any:
    """Hand on an array as it is, and a sparse matrix or array as compressed rows (CSR).

    Parameters
    ----------
    X : ndarray, or sparse matrix or array, of shape (rows, columns)
        Sparse in the form "csr", which is not looked at, or "csc".

    Returns
    -------
    ndarray, or sparse matrix or array, of shape (rows, columns)
        X itself unless it was "csc".

    Raises
    ------
    ValueError
        For a CSC matrix with indices out of range.

    Examples
    --------
    >>> from scipy.sparse import csc_array
    >>> from rosenblatt.sparse import compressed_rows
    >>> compressed_rows(csc_array([[0, 1], [2, 0]])).format
    'csr'
    """
    if not issparse(X) or X.format == "csr":
        return X
    # SciPy follows the indices wherever they lead, so they are checked first; in a matrix of its own over the
    # same memory, because the check cuts off what is to spare.
    X = csc_array((X.data, X.indices, X.indptr), X.shape)
    X.check_format()
    return X.tocsr()
