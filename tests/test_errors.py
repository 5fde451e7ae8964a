"""What an exception says, and Membrane's errors as ours."""

import pickle

import pytest

from exactnb import errors
from exactnb.errors import from_envelope


def test_a_message_says_what_and_what_to_do_next():
    error = errors.RunError("Exact refused", hint="Look.", action="create-account", run_id="run_7")
    assert str(error) == "Exact refused (action create-account, run run_7)\n→ Look."


@pytest.mark.parametrize("name", [n for n in errors.__all__ if n[0].isupper()])
def test_every_error_survives_pickling_with_all_it_knows(name):
    error = getattr(errors, name)("what", hint="do this", run_id="run_1", status=418)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.status == 418


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"type": "bad_request", "key": "not_authenticated"}, 401, errors.AuthenticationError),
        ({"type": "bad_request", "key": "access_denied"}, 403, errors.AccessError),
        ({"type": "bad_request", "key": "not_found"}, 404, errors.NotFoundError),
        ({"type": "bad_request", "key": "rate_limit_exceeded"}, 429, errors.RateLimitError),
        ({"type": "connection", "key": "rate_limit_exceeded"}, 400, errors.RateLimitError),
        ({"type": "connection", "key": "access_token_expired"}, 400, errors.ConnectionStateError),
        ({"type": "connection"}, 400, errors.ConnectionStateError),
        ({"type": "action_run"}, 400, errors.RunError),
        ({"type": "custom_code"}, 400, errors.RunError),
        ({"type": "internal"}, 500, errors.ServerError),
        ({"type": "concurrency", "key": "lock_timeout"}, 400, errors.ServerError),
        ({"type": "something_new"}, 400, errors.RunError),
        ({}, 503, errors.ServerError),
    ],
)
def test_membranes_errors_become_ours(body, status, kind):
    error = from_envelope({"message": "no", **body}, status)
    assert type(error) is kind
    assert "no" in str(error)


def test_the_innermost_cause_is_told_and_the_run_kept():
    error = from_envelope(
        {
            "type": "action_run",
            "message": "Action failed",
            "actionRunId": "run_9",
            "causedByError": {
                "message": "HTTP 400",
                "causedByError": {"message": "Verplicht: Naam"},
            },
        },
        400,
        action="create-account",
    )
    assert error.message == "Action failed: HTTP 400: Verplicht: Naam"
    assert error.run_id == "run_9"
    assert error.data["type"] == "action_run"


def test_the_cause_says_what_kind_of_error_a_failed_run_is():
    cause = {"type": "bad_request", "key": "not_found", "message": "no such record"}
    body = {"type": "action_run", "message": "failed", "causedByError": cause}
    assert type(from_envelope(body, 400)) is errors.NotFoundError
