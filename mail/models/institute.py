from typing import cast

from django.db import models
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from timezone_field import TimeZoneField


class Institute(models.Model):
    """Who we are, on every page and in every mail: one row (id 1), edited by staff."""

    name = models.CharField(max_length=80, default="Tpm Institute")
    phone = PhoneNumberField(default="+12154302201")
    phone_hours = models.CharField(max_length=120, default="Monday to Friday, 9 AM to 5 PM Eastern")
    postal_address = models.TextField(blank=True, default="", help_text="Shown in the footer and in list mail.")
    reply_to = models.EmailField(
        blank=True, default="", help_text="Where answers to our mail go. Empty: to the sender's address."
    )
    default_time_zone = TimeZoneField(default="America/New_York", use_pytz=False)

    class Meta:
        verbose_name = "institute"
        verbose_name_plural = "institute"

    def __str__(self) -> str:
        return self.name

    @property
    def phone_display(self) -> str:
        """The phone number as people here write it: +1 (215) 430-2201."""
        number = cast(PhoneNumber, self.phone)
        return f"+1 {number.as_national}" if number.country_code == 1 else str(number.as_international)

    @property
    def phone_href(self) -> str:
        """The phone number as a tel: address (RFC 3966)."""
        return f"tel:{cast(PhoneNumber, self.phone).as_e164}"
