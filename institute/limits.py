"""How often anybody may do what, in the notation of the `limits` package: per client address, per e-mail address, for all."""

ABUSE_LIMITS: dict[str, str] = {
    "booking:address": "10/hour",
    "hold:address": "30/hour",
    "subscribe:address": "20/hour",
    "contact:address": "20/hour",
    "find:address": "20/hour",
    "my_data:address": "20/hour",
    "ask:address": "10/hour",
    # A class behind one address takes the quiz together.
    "quiz:address": "120/hour",
    "quiz_email:address": "20/hour",
    "email": "5/hour",
    # Nobody's mailbox is filled by a stranger with a form: the mail that asks to confirm a suspicious booking.
    "prove:email": "1/day",
    "prove_again:email": "2/day",
    # From everywhere together: beyond this every form is challenged, none refused.
    "subscribe:all": "2000/hour",
    "contact:all": "500/hour",
    "token:address": "60/minute",
    # Tries of a password, right ones taken back.
    "sign_in:account": "10/hour",
    "sign_in:address": "20/hour",
}
