"""Reports of delivery as mail servers write them."""


def report(
    *,
    message_id: str = "<abc@localhost.localdomain>",
    recipient: str = "alice@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <alice@example.org>: Recipient address rejected: User unknown",
    own: str = "<dsn-1@mx.example.org>",
    headers_only: bool = False,
    original: bool = True,
    blank: str = "\n",
) -> bytes:
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    back = (
        f"""--B
Content-Type: {kind}

From: Tpm Institute <hello@localhost.localdomain>
To: {recipient}
Subject: Your note
Message-ID: {message_id}

The body
"""
        if original
        else ""
    )
    text = f"""From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: hello@localhost.localdomain
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-ID: {own}

This is a MIME-encapsulated message.

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 11 Jan 2027 15:00:00 +0000

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

{back}--B--
"""
    return text.replace("\n", blank).encode()


def complaint(
    *, message_id: str = "<abc@localhost.localdomain>", recipient: str = "alice@example.org", kind: str = "abuse"
) -> bytes:
    """A complaint as a mailbox provider passes it on (RFC 5965)."""
    return f"""From: <abusedesk@example.com>
To: <hello@localhost.localdomain>
Subject: FW: Five questions
Message-ID: <arf-1@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <{recipient}>

--B
Content-Type: message/rfc822

From: <hello@localhost.localdomain>
To: <{recipient}>
Subject: Five questions
Message-ID: {message_id}

Text
--B--
""".encode()
