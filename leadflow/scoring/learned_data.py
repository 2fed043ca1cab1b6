"""Learned models as plain data, and back."""

import datetime as dt
from collections.abc import Mapping

import numpy as np

from leadflow.errors import DefinitionError
from leadflow.records.events import Json
from leadflow.scoring.bayes import BayesTable, BayesTables, Smoothing
from leadflow.scoring.calibration import calibrator_from_dict
from leadflow.scoring.features import Encoder, Feature, coding_from_dict
from leadflow.scoring.learned import FittedScoring
from leadflow.scoring.logistic import LogisticWeights
from leadflow.scoring.points import Points

__all__ = ["fitted_from_data", "fitted_to_data"]


def fitted_to_data(fitted: FittedScoring) -> dict[str, Json]:
    """Return a learned model as plain data; see ``FittedScoring.to_dict``."""
    learned: dict[str, Json]
    match fitted.learned:
        case LogisticWeights(intercept=intercept, weights=weights, rounds=rounds):
            learned = {
                "kind": "logistic",
                "intercept": intercept,
                "weights": weights.tolist(),
                "rounds": rounds,
            }
        case BayesTables(prior=prior, tables=tables, smoothing=smoothing):
            shifts: list[Json] = [table.shifts.tolist() for table in tables]
            learned = {"kind": "naive_bayes", "prior": prior, "tables": shifts, "smoothing": smoothing.value}
    return {
        "version": fitted.version,
        "as_of": fitted.as_of.isoformat(),
        "leads": fitted.leads,
        "conversions": fitted.conversions,
        "features": [
            {**item.to_dict(), "coding": coding.to_dict()}
            for item, coding in zip(fitted.encoder.features, fitted.encoder.codings, strict=True)
        ],
        "learned": learned,
        "calibrator": None if fitted.calibrator is None else fitted.calibrator.to_dict(),
    }


def fitted_from_data(data: object) -> FittedScoring:
    """Read a learned model from plain data; see ``FittedScoring.from_dict``.

    Raises:
        DefinitionError: it is wrong.
    """
    match data:
        case {
            "version": str() as version,
            "as_of": str() as as_of,
            "leads": int() as leads,
            "conversions": int() as conversions,
            "features": list() as features,
            "learned": Mapping() as learned,
            "calibrator": calibrator,
        }:
            return FittedScoring(
                encoder=Encoder(
                    features=tuple(
                        Feature.from_dict(item, f"$.features[{i}]") for i, item in enumerate(features)
                    ),
                    codings=tuple(
                        coding_from_dict(item.get("coding"), f"$.features[{i}].coding")
                        for i, item in enumerate(features)
                    ),
                ),
                learned=_learned(learned),
                calibrator=None if calibrator is None else calibrator_from_dict(calibrator),
                leads=leads,
                conversions=conversions,
                as_of=dt.datetime.fromisoformat(as_of),
                version=version,
            )
        case _:
            raise DefinitionError(
                "$ must be a learned model: version, as_of, leads, conversions, features, learned and calibrator.",
                path="$",
            )


def _learned(data: Mapping[str, object]) -> LogisticWeights | BayesTables:
    match data:
        case {
            "kind": "logistic",
            "intercept": int() | float() as intercept,
            "weights": list() as weights,
            "rounds": int() as rounds,
        }:
            return LogisticWeights(intercept=float(intercept), weights=_array(weights), rounds=rounds)
        case {
            "kind": "naive_bayes",
            "prior": int() | float() as prior,
            "tables": list() as tables,
            "smoothing": str() as smoothing,
        }:
            return BayesTables(
                prior=float(prior),
                tables=tuple(BayesTable(shifts=_array(shifts)) for shifts in tables),
                smoothing=Smoothing(smoothing),
            )
        case _:
            raise DefinitionError("$.learned must be of kind 'logistic' or 'naive_bayes'.", path="$.learned")


def _array(values: list[float]) -> Points:
    array = np.array(values, np.float64)
    array.flags.writeable = False
    return array
