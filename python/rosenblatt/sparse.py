"""Sparse tables in the form that the core reads."""

from __future__ import annotations

from typing import Any

from scipy.sparse import csc_array, csr_array, issparse

__all__ = ["checked_rows", "compressed_rows"]


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
    return checked_rows(X).tocsr()


def checked_rows(X: Any) -> Any:
    """Check the indices of a sparse matrix or array that SciPy is to multiply with something.

    Parameters
    ----------
    X : sparse matrix or array of shape (rows, columns)
        In the form "csr" or "csc".

    Returns
    -------
    sparse array of shape (rows, columns)
        In that form, over the same memory.

    Raises
    ------
    ValueError
        For indices out of range.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from rosenblatt.sparse import checked_rows
    >>> checked_rows(csr_array([[0, 1], [2, 0]])).nnz
    2
    """
    # SciPy follows the indices wherever they lead. Checked is a matrix of its own over the same memory,
    # because the check cuts off what is to spare.
    own = {"csr": csr_array, "csc": csc_array}[X.format]((X.data, X.indices, X.indptr), X.shape)
    own.check_format()
    return own
