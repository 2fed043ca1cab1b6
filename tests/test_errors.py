"""Errors carry what a program needs and nothing personal."""

import pickle

import pytest

from leadflow import errors


class TestErrors:
    @pytest.mark.parametrize(
        "error",
        [
            errors.InvalidValueError("no", kind="phone number", length=3),
            errors.InputError("no", place="list.csv, line 2"),
            errors.EncodingError("no", place="list.csv"),
            errors.DefinitionError("no", path="$.x"),
            errors.UnknownNameError("no", path="$.x"),
            errors.MissingExtraError.of("sql", purpose="A database"),
            errors.StateError("no"),
        ],
    )
    def test_an_error_survives_pickling_with_its_attributes(self, error):
        copy = pickle.loads(pickle.dumps(error))  # the test's own bytes
        assert (type(error), str(error), vars(error)) == (type(copy), str(copy), vars(copy))

    @pytest.mark.parametrize(
        ("error", "builtin"),
        [
            (errors.InvalidValueError, ValueError),
            (errors.UnknownNameError, KeyError),
            (errors.NotFoundError, LookupError),
            (errors.StateError, RuntimeError),
            (errors.MissingExtraError, ImportError),
        ],
    )
    def test_an_error_is_also_the_builtin_that_a_caller_expects(self, error, builtin):
        assert issubclass(error, builtin)
        assert issubclass(error, errors.LeadflowError)

    def test_a_name_error_reads_like_a_sentence_and_not_like_a_key(self):
        assert str(errors.UnknownNameError("'titel' is not a field.")) == "'titel' is not a field."
